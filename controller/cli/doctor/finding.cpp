// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/finding.hpp"

#include <algorithm>

namespace sipsteer::doctor {

const char *to_text(Verdict verdict) {
    switch (verdict) {
    case Verdict::Ok:
        return "ok";
    case Verdict::Skipped:
        return "skipped";
    case Verdict::Warn:
        return "warn";
    case Verdict::Fail:
        break;
    }
    return "fail";
}

Verdict Findings::worst() const {
    const auto worst =
        std::max_element(findings_.begin(), findings_.end(),
                         [](const Finding &a, const Finding &b) { return a.verdict < b.verdict; });
    return worst == findings_.end() ? Verdict::Skipped : worst->verdict;
}

} // namespace sipsteer::doctor

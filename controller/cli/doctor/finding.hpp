// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sipsteer::doctor {

/// In the order of their weight: a check is what the heaviest of its findings is.
enum class Verdict { Ok, Skipped, Warn, Fail };

/// "ok", "skipped", "warn" or "fail"
const char *to_text(Verdict verdict);

struct Finding {
    Verdict verdict = Verdict::Ok;
    std::string text;   // a sentence without a full stop
    std::string remedy; // a command, or what to write where; only of warn and fail
};

/// What one check found.
class Findings {
public:
    void ok(std::string text) { add({Verdict::Ok, std::move(text), {}}); }

    /// It could not be found out, and why.
    void skipped(std::string why) { add({Verdict::Skipped, std::move(why), {}}); }

    /// It works, but not as it should, or not for long.
    void warn(std::string text, std::string remedy) {
        add({Verdict::Warn, std::move(text), std::move(remedy)});
    }

    /// Calls do not reach their server, or answers their phone, or will not after the next start.
    void fail(std::string text, std::string remedy) {
        add({Verdict::Fail, std::move(text), std::move(remedy)});
    }

    const std::vector<Finding> &all() const { return findings_; }

    /// Skipped if nothing was found at all.
    Verdict worst() const;

private:
    void add(Finding finding) { findings_.push_back(std::move(finding)); }

    std::vector<Finding> findings_;
};

} // namespace sipsteer::doctor

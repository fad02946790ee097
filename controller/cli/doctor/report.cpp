// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/report.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

using nlohmann::json;

json finding_json(const Finding &finding) {
    json entry = {{"status", to_text(finding.verdict)}, {"text", finding.text}};
    if (!finding.remedy.empty()) {
        entry["remedy"] = finding.remedy;
    }
    return entry;
}

json report_json(const Report &report) {
    json findings = json::array();
    for (const auto &finding : report.findings.all()) {
        findings.push_back(finding_json(finding));
    }
    return {{"id", report.check->id},
            {"title", report.check->title},
            {"looked_at", report.check->looks_at},
            {"status", to_text(report.findings.worst())},
            {"findings", std::move(findings)}};
}

} // namespace

std::size_t count_of(const std::vector<Report> &reports, Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(reports.begin(), reports.end(),
                      [&](const Report &report) { return report.findings.worst() == verdict; }));
}

json to_json(const std::vector<Report> &reports) {
    json checks = json::array();
    json counts = json::object();
    Verdict worst = Verdict::Ok;
    for (const auto verdict : {Verdict::Ok, Verdict::Skipped, Verdict::Warn, Verdict::Fail}) {
        const auto count = count_of(reports, verdict);
        counts[to_text(verdict)] = count;
        worst = count > 0 ? verdict : worst;
    }
    for (const auto &report : reports) {
        checks.push_back(report_json(report));
    }
    return {
        {"verdict", to_text(worst)}, {"counts", std::move(counts)}, {"checks", std::move(checks)}};
}

} // namespace sipsteer::doctor

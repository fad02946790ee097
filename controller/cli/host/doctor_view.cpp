// SPDX-License-Identifier: Apache-2.0
#include "cli/host/doctor_view.hpp"

#include "cli/table.hpp"
#include "cli/words.hpp"

#include "cli/doctor/report.hpp"
#include <map>

namespace sipsteer::cli {

namespace {

using doctor::Finding;
using doctor::Report;
using doctor::Verdict;

Cell verdict_cell(Verdict verdict) {
    switch (verdict) {
    case Verdict::Ok:
        return {to_text(verdict), Colour::Good};
    case Verdict::Skipped:
        return {to_text(verdict)};
    case Verdict::Warn:
        return {to_text(verdict), Colour::Warning};
    case Verdict::Fail:
        break;
    }
    return {to_text(verdict), Colour::Bad};
}

/// Not what is well.
std::vector<std::string> lines_of(const Finding &finding) {
    std::vector<std::string> lines = {printable(finding.text)};
    if (!finding.remedy.empty()) {
        lines.push_back("  remedy: " + printable(finding.remedy));
    }
    return lines;
}

std::vector<std::string> troubles_of(const Report &report) {
    std::vector<std::string> lines;
    for (const auto &finding : report.findings.all()) {
        if (finding.verdict != Verdict::Ok) {
            for (auto &line : lines_of(finding)) {
                lines.push_back(std::move(line));
            }
        }
    }
    return lines;
}

std::vector<std::string> everything_of(const Report &report) {
    std::vector<std::string> lines = {std::string("looked at: ") + report.check->looks_at};
    for (const auto &finding : report.findings.all()) {
        std::string start = std::string(to_text(finding.verdict)) + ": ";
        for (const auto &line : lines_of(finding)) {
            lines.push_back(start + line);
            start.clear();
        }
    }
    return lines;
}

/// A check that was skipped and found nothing else: why.
std::string reason_to_skip(const Report &report) {
    const auto &all = report.findings.all();
    return all.size() == 1 && all.front().verdict == Verdict::Skipped ? all.front().text : "";
}

/// Reasons that several checks were skipped for, and these: half the table would say nothing else.
using SkippedTogether = std::map<std::string, std::vector<const Report *>>;

SkippedTogether skipped_together(const std::vector<Report> &reports) {
    SkippedTogether together;
    for (const auto &report : reports) {
        if (const auto reason = reason_to_skip(report); !reason.empty()) {
            together[reason].push_back(&report);
        }
    }
    std::erase_if(together, [](const auto &entry) { return entry.second.size() < 2; });
    return together;
}

std::string skipped_lines(const SkippedTogether &together) {
    std::string lines;
    for (const auto &[reason, reports] : together) {
        lines += "skipped, " + printable(reason) + ':';
        for (const auto *report : reports) {
            lines += std::string(" ") + report->check->id;
        }
        lines += '\n';
    }
    return lines.empty() ? "" : '\n' + lines;
}

void add_report(Table &table, const Report &report, bool verbose) {
    const auto worst = report.findings.worst();
    const auto lines = verbose ? everything_of(report) : troubles_of(report);
    std::vector<Cell> row = {verdict_cell(worst), {report.check->id}, {report.check->title}};
    if (!verbose && !lines.empty()) {
        row[2].text = lines.front();
    }
    table.add(row);
    for (std::size_t i = verbose ? 0 : 1; i < lines.size(); i++) {
        table.add({{}, {}, {(verbose ? "  " : "") + lines[i]}});
    }
}

std::string counts_of_checks(const std::vector<Report> &reports) {
    std::string text =
        std::to_string(reports.size()) + (reports.size() == 1 ? " check" : " checks");
    const char *gap = ": ";
    for (const auto verdict : {Verdict::Ok, Verdict::Warn, Verdict::Fail, Verdict::Skipped}) {
        if (const auto count = count_of(reports, verdict); count > 0) {
            text += gap + std::to_string(count) + ' ' + to_text(verdict);
            gap = ", ";
        }
    }
    return text;
}

} // namespace

std::string doctor_view(const std::vector<Report> &reports, bool verbose, bool colour) {
    Table table({"STATUS", "CHECK", "FINDING"});
    const auto together = verbose ? SkippedTogether{} : skipped_together(reports);
    for (const auto &report : reports) {
        if (together.count(reason_to_skip(report)) == 0) {
            add_report(table, report, verbose);
        }
    }
    return table.print(colour) + skipped_lines(together) + '\n' + counts_of_checks(reports) + '\n';
}

std::string checks_view(std::span<const doctor::Check> checks, bool colour) {
    Table table({"CHECK", "SUCCEEDS IF", "LOOKS AT"});
    for (const auto &check : checks) {
        table.add({{check.id}, {check.title}, {check.looks_at}});
    }
    return table.print(colour);
}

} // namespace sipsteer::cli

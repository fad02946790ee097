// SPDX-License-Identifier: Apache-2.0
//
// How the doctor's findings are shown.
#include "cli/commands.hpp"
#include "cli/doctor/report.hpp"
#include "cli/host/doctor_view.hpp"

#include <catch2/catch.hpp>
#include <iostream>
#include <set>
#include <sstream>

using namespace sipsteer;
using doctor::Report;

namespace {

constexpr doctor::Check kGood{"good", "all is good", "nothing", doctor::kNothing, nullptr};
constexpr doctor::Check kBad{"bad-one", "nothing is bad", "/proc/bad", doctor::kNothing, nullptr};

std::vector<Report> two_reports() {
    Report good{&kGood, {}};
    good.findings.ok("it is good");
    Report bad{&kBad, {}};
    bad.findings.ok("one half is not");
    bad.findings.warn("the other half is odd", "mend it");
    bad.findings.fail("and broken \x1b[2J", "mend that, too");
    return {good, bad};
}

/// A command line: its exit code, and what it prints on either stream.
std::pair<int, std::string> sipsteer_says(std::vector<std::string> words) {
    std::vector<char *> arguments;
    words.insert(words.begin(), "sipsteer");
    for (auto &word : words) {
        arguments.push_back(word.data());
    }
    std::ostringstream output;
    auto *const out = std::cout.rdbuf(output.rdbuf());
    auto *const err = std::cerr.rdbuf(output.rdbuf());
    const int code = cli::run(static_cast<int>(arguments.size()), arguments.data(),
                              {cli::run_doctor, cli::explain_capture});
    std::cout.rdbuf(out);
    std::cerr.rdbuf(err);
    return {code, output.str()};
}

} // namespace

TEST_CASE("the command line of the doctor", "[doctor]") {
    const auto [code, report] = sipsteer_says(
        {"doctor", "--api", "/nonexistent/api.sock", "--only", "daemon,version", "-o", "json"});
    CHECK(code == 1);
    const auto json = nlohmann::json::parse(report);
    REQUIRE(json["checks"].size() == 2);
    CHECK(json["checks"][0]["status"] == "fail");
    CHECK(json["checks"][1]["status"] == "skipped");

    const std::vector<std::string> kernel = {"doctor", "--api",  "/nonexistent/api.sock",
                                             "--only", "kernel", "--only",
                                             "daemon", "--skip", "daemon"};
    CHECK(sipsteer_says(kernel).second.find("1 check:") != std::string::npos);

    CHECK(sipsteer_says({"doctor", "--list"}).first == 0);
    CHECK(sipsteer_says({"doctor", "--only", "nothing"}).first == 2);
    CHECK(sipsteer_says({"doctor", "--api", "ftp://x"}).first == 2);
    CHECK(sipsteer_says({"doctor", "--token-file", "/nonexistent", "--only", "daemon"}).first == 2);
}

TEST_CASE("completion knows the checks", "[doctor]") {
    const auto script = sipsteer_says({"completion", "bash"}).second;
    CHECK(script.find("doctor:--only) value=\"list daemon ready ") != std::string::npos);
    CHECK(script.find("doctor:--skip) value=\"list daemon ready ") != std::string::npos);
}

TEST_CASE("a check is what the heaviest of its findings is", "[doctor]") {
    doctor::Findings findings;
    CHECK(findings.worst() == doctor::Verdict::Skipped);
    findings.ok("a");
    CHECK(findings.worst() == doctor::Verdict::Ok);
    findings.skipped("b"); // never silently ok
    CHECK(findings.worst() == doctor::Verdict::Skipped);
    findings.warn("c", "d");
    CHECK(findings.worst() == doctor::Verdict::Warn);
    findings.fail("e", "f");
    findings.ok("g");
    CHECK(findings.worst() == doctor::Verdict::Fail);
}

TEST_CASE("a line for each check, and what is not well of it", "[doctor]") {
    CHECK(cli::doctor_view(two_reports(), false, false) ==
          "STATUS  CHECK    FINDING\n"
          "ok      good     all is good\n"
          "fail    bad-one  the other half is odd\n"
          "                   remedy: mend it\n"
          "                 and broken \\x1b[2J\n"
          "                   remedy: mend that, too\n"
          "\n"
          "2 checks: 1 ok, 1 fail\n");
}

TEST_CASE("checks skipped for one reason are together below the table", "[doctor]") {
    auto reports = two_reports();
    for (const auto *check : {&kGood, &kBad}) {
        Report report{check, {}};
        report.findings.skipped("the daemon does not answer");
        reports.push_back(report);
    }
    Report alone{&kGood, {}};
    alone.findings.skipped("nobody knows");
    reports.push_back(alone);
    const auto view = cli::doctor_view(reports, false, false);
    CHECK(view.ends_with("skipped  good     nobody knows\n"
                         "\n"
                         "skipped, the daemon does not answer: good bad-one\n"
                         "\n"
                         "5 checks: 1 ok, 1 fail, 3 skipped\n"));
    CHECK(cli::doctor_view(reports, true, false).find("skipped, ") == std::string::npos);
}

TEST_CASE("verbose: all of it", "[doctor]") {
    CHECK(cli::doctor_view(two_reports(), true, false) ==
          "STATUS  CHECK    FINDING\n"
          "ok      good     all is good\n"
          "                   looked at: nothing\n"
          "                   ok: it is good\n"
          "fail    bad-one  nothing is bad\n"
          "                   looked at: /proc/bad\n"
          "                   ok: one half is not\n"
          "                   warn: the other half is odd\n"
          "                     remedy: mend it\n"
          "                   fail: and broken \\x1b[2J\n"
          "                     remedy: mend that, too\n"
          "\n"
          "2 checks: 1 ok, 1 fail\n");
}

TEST_CASE("as JSON", "[doctor]") {
    const auto json = doctor::to_json(two_reports());
    CHECK(json["verdict"] == "fail");
    CHECK(json["counts"] == nlohmann::json{{"ok", 1}, {"warn", 0}, {"fail", 1}, {"skipped", 0}});
    CHECK(json["checks"][0] ==
          nlohmann::json{{"id", "good"},
                         {"title", "all is good"},
                         {"looked_at", "nothing"},
                         {"status", "ok"},
                         {"findings", {{{"status", "ok"}, {"text", "it is good"}}}}});
    CHECK(json["checks"][1]["findings"][1] == nlohmann::json{{"status", "warn"},
                                                             {"text", "the other half is odd"},
                                                             {"remedy", "mend it"}});
}

TEST_CASE("the list of checks: each id once, fit for a command line", "[doctor]") {
    std::set<std::string> ids;
    for (const auto &check : doctor::all_checks()) {
        const std::string id = check.id;
        INFO(id);
        CHECK(ids.insert(id).second);
        CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == id.npos);
        CHECK(doctor::find_check(id) == &check);
        CHECK(check.judge != nullptr);
        CHECK(cli::checks_view(doctor::all_checks(), false).find("\n" + id + ' ') != id.npos);
    }
    CHECK(doctor::find_check("nothing") == nullptr);
}

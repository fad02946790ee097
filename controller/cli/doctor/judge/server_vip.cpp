// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

/// Why the daemon has it down, if by something else than its silence at the VIP.
std::string other_trouble(const Facts &facts, const std::string &server) {
    if (!facts.daemon) {
        return {};
    }
    const auto &states = facts.daemon->servers;
    const auto state = std::find_if(states.begin(), states.end(),
                                    [&](const auto &one) { return one.id() == server; });
    if (state == states.end() || state->health != "down" || state->reason.starts_with("dsr")) {
        return {};
    }
    return state->reason.empty() ? "it is down" : state->reason;
}

void judge_silence(const Facts &facts, const VipAnswer &answer, Findings &findings) {
    const std::string vip = answer.vip.address.to_string();
    const std::string what = answer.server + " does not answer OPTIONS to the VIP";
    const std::string remedy =
        "on that server: sipsteer-real-server add " + vip +
        "; its SIP server must listen there (ss -lun), and its interface needs rp_filter 0 or 2";
    if (answer.wrong_source) {
        findings.fail(answer.server + " answers messages to the VIP " + vip +
                          " from another address, and phones ignore such answers",
                      "make its SIP server listen on " + to_string(answer.vip) +
                          " itself and answer from it");
    } else if (const auto trouble = other_trouble(facts, answer.server); !trouble.empty()) {
        findings.warn(what + ", nor its own address (" + trouble + ")",
                      "see the check \"servers\"");
    } else if (!answer.probed) {
        findings.warn(what + "; the daemon does not probe it, so it may answer no OPTIONS at all",
                      remedy);
    } else {
        findings.fail(what + ' ' + vip + ": calls to it are lost", remedy);
    }
}

void judge_vip_answer(const Facts &facts, const VipAnswer &answer, Findings &findings) {
    if (!answer.outcome) {
        findings.skipped(answer.server + ": " + answer.outcome.error().message);
        return;
    }
    const std::string &text = answer.outcome->text;
    switch (answer.outcome->outcome) {
    case health::Outcome::Ok:
    case health::Outcome::WrongCode:
        findings.ok(answer.server + " answers from " + to_string(answer.vip) + ": " + text);
        return;
    case health::Outcome::Icmp:
        findings.fail(answer.server + " has no SIP server at " + to_string(answer.vip) + ": " +
                          text,
                      "make its SIP server listen on " + to_string(answer.vip));
        return;
    case health::Outcome::Timeout:
        judge_silence(facts, answer, findings);
        return;
    case health::Outcome::Connection:
    case health::Outcome::Local:
    case health::Outcome::NotSent:
        findings.skipped(answer.server + ": " + text);
        return;
    }
}

} // namespace

void judge_server_vip(const Facts &facts, Findings &findings) {
    for (const auto &answer : facts.network.answers) {
        judge_vip_answer(facts, answer, findings);
    }
}

} // namespace sipsteer::doctor

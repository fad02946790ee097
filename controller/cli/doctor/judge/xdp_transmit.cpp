// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/drivers.hpp"
#include "cli/doctor/judge/xdp_features.hpp"

#include <algorithm>

namespace sipsteer::doctor {

namespace {

std::set<std::string> native_interfaces(const Facts &facts) {
    std::set<std::string> names;
    for (const auto &[name, present] : facts.network.programs) {
        if (present && !present->programs.empty() && present->native) {
            names.insert(name);
        }
    }
    return names;
}

/// A program that sends out of the interface it came in on asks nothing more of a NIC; of a veth it
/// does: the other end has to be ready for frames without an sk_buff.
bool must_transmit(const Link &link, const std::string &egress,
                   const std::set<std::string> &native) {
    const bool redirected =
        std::any_of(native.begin(), native.end(), [&](const auto &name) { return name != egress; });
    return redirected || link.info->kind == "veth";
}

void judge_transmitter(const Link &link, const std::string &name, bool attached,
                       Findings &findings) {
    if (!note_on(link.driver).takes) {
        findings.fail(with_driver(name, link.driver) +
                          " loses the frames that the program of another interface sends out of "
                          "it: its driver takes none",
                      R"("mode": "generic" for the interfaces the frames come in on)");
    } else if (!link.xdp_features) {
        findings.skipped(name + ": " + link.xdp_features.error().message);
    } else if ((*link.xdp_features & kXdpTransmit) != 0) {
        findings.ok(name + " sends the frames of the program");
    } else if (link.info->kind == "veth") {
        findings.fail("the other end of " + name +
                          ", a veth, has neither an XDP program nor GRO, so it loses frames",
                      "on the other end: ethtool -K PEER gro on; better also attach an XDP program "
                      "that passes everything");
    } else {
        findings.fail(
            name + " loses the frames that the program of another interface sends out of it",
            attached ? R"("mode": "generic" for the interfaces the frames come in on)"
                     : "add " + name + R"( to "interfaces": many drivers need a program there)");
    }
}

/// Of an interface that frames come in on.
void judge_redirect(const Facts &facts, const std::string &name,
                    const std::set<std::string> &egress, Findings &findings) {
    const Link *link = link_of(facts.network, name);
    if (link == nullptr || note_on(link->driver).redirects) {
        return;
    }
    for (const auto &other : egress) {
        if (other != name) {
            findings.fail(with_driver(name, link->driver) +
                              ": its driver sends no frame out of another interface, so none of "
                              "its frames reaches the servers behind " +
                              other,
                          R"("mode": "generic" for )" + name +
                              "; or reach clients and servers by one interface");
        }
    }
}

} // namespace

void judge_xdp_transmit(const Facts &facts, Findings &findings) {
    const auto native = native_interfaces(facts);
    if (native.empty()) {
        findings.ok("no program runs in native mode, so drivers need nothing special");
        return;
    }
    std::set<std::string> egress;
    for (const auto &server : facts.network.servers) {
        if (!server.egress.empty()) {
            egress.insert(server.egress);
        }
    }
    for (const auto &name : native) {
        judge_redirect(facts, name, egress, findings);
    }
    for (const auto &name : egress) {
        const Link *link = link_of(facts.network, name);
        if (link == nullptr || !link->info) {
            findings.skipped(name + " was not checked");
        } else if (must_transmit(*link, name, native)) {
            judge_transmitter(*link, name, native.count(name) != 0, findings);
        } else {
            findings.ok(name + " sends the frames that came in on itself");
        }
    }
}

} // namespace sipsteer::doctor

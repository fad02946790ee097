// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "cli/doctor/judge/drivers.hpp"
#include "cli/doctor/judge/xdp_features.hpp"

namespace sipsteer::doctor {

namespace {

constexpr const char *kOtherNic =
    "use a NIC whose driver has native XDP: ice, i40e, ixgbe, igb, mlx5, bnxt, ena, virtio_net ...";

std::string driver_of(const Link *link) {
    return link == nullptr ? std::string() : link->driver;
}

/// What the driver says it can; unknown before 6.3.
Known<bool> can_native(const Link *link) {
    if (link == nullptr || !link->xdp_features) {
        return link == nullptr ? not_looked_at() : link->xdp_features.error();
    }
    return (*link->xdp_features & kXdpNative) != 0;
}

std::string generic_remedy(const config::Interface &interface, const Link *link) {
    const std::string native = R"("mode": "native" for )" + interface.name +
                               ", then systemctl restart sipsteerd: it logs the driver's refusal "
                               "(often LRO, the MTU or too few queues)";
    const auto can = can_native(link);
    if (!can) {
        return native + "; or " + kOtherNic;
    }
    return *can ? native : kOtherNic;
}

void judge_present(const config::Interface &interface, const Link *link, bool native,
                   Findings &findings) {
    const auto name = with_driver(interface.name, driver_of(link));
    if (native) {
        const bool stops = note_on(driver_of(link)).stops;
        findings.ok(name + (stops ? ": native; an upgrade of the program stops its queues for a "
                                    "moment: upgrade while another director has the VIP"
                                  : ": native"));
        return;
    }
    const bool wanted = interface.mode == config::XdpMode::Generic;
    findings.warn(name + " runs the program in generic mode" + (wanted ? ", as configured" : "") +
                      ": every packet becomes an sk_buff first, which costs several times more",
                  generic_remedy(interface, link));
}

/// Before anything is attached.
void judge_driver(const config::Interface &interface, const Link *link, Findings &findings) {
    const auto name = with_driver(interface.name, driver_of(link));
    const auto can = can_native(link);
    if (!can) {
        findings.skipped(name + ": no program is attached, and " + can.error().message);
    } else if (*can) {
        findings.ok(name + ": its driver has native XDP");
    } else if (interface.mode == config::XdpMode::Native) {
        findings.fail(
            name + R"( has no native XDP, and "mode" is "native": the daemon will not start)",
            R"("mode": "auto", which takes generic mode; or )" + std::string(kOtherNic));
    } else {
        findings.warn(name + " has no native XDP: generic mode costs several times more",
                      kOtherNic);
    }
}

} // namespace

void judge_xdp_mode(const Facts &facts, Findings &findings) {
    for (const auto &interface : facts.config->interfaces) {
        const Link *link = link_of(facts.network, interface.name);
        const auto present = facts.network.programs.find(interface.name);
        if (present == facts.network.programs.end() || !present->second) {
            findings.skipped(interface.name + ": the attached program is unknown");
        } else if (present->second->programs.empty()) {
            judge_driver(interface, link, findings);
        } else {
            judge_present(interface, link, present->second->native, findings);
        }
    }
}

} // namespace sipsteer::doctor

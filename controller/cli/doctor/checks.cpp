// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/check.hpp"

#include "cli/doctor/judge/judges.hpp"

#include <algorithm>
#include <array>

namespace sipsteer::doctor {

namespace {

constexpr unsigned kInterfaces = kConfig | kLinks;
constexpr unsigned kXdp = kConfig | kLinks | kPrograms;

constexpr std::array<Check, 28> kChecks = {{
    {"daemon", "the daemon answers", "GET /v1/status", kNothing, judge_daemon},
    {"ready", "the daemon steers as configured", "GET /readyz", kDaemon, judge_ready},
    {"version", "daemon and command line have the same version", "GET /v1/status", kDaemon,
     judge_version},
    {"config", "the configuration is valid", "the configuration file", kNothing, judge_config},
    {"kernel", "the kernel is new enough", "uname(2)", kHost, judge_kernel},
    {"bpf", "the kernel compiles BPF programs and describes itself",
     "/sys/kernel/btf/vmlinux, net.core.bpf_jit_enable, the attached program", kHost | kPrograms,
     judge_bpf},
    {"bpffs", "pin_dir is on a BPF file system", "statfs(2) of pin_dir", kConfig | kHost,
     judge_bpffs},
    {"memory", "there is memory for the call table", "/proc/meminfo, the daemon's control group",
     kConfig | kHost, judge_memory},
    {"limits", "the daemon's limits are large enough", "/proc/PID/limits", kConfig | kHost,
     judge_limits},
    {"clock", "the clock is set and synchronised", "adjtimex(2), the kernel's clock source", kHost,
     judge_clock},
    {"interface", "the interfaces exist and are up", "netlink", kInterfaces, judge_interface},
    {"xdp-attached", "the program is attached", "netlink, BPF programs", kXdp, judge_xdp_attached},
    {"xdp-foreign", "no other XDP program interferes", "netlink, BPF programs", kXdp,
     judge_xdp_foreign},
    {"xdp-mode", "the program runs in the driver", "netlink, the driver's XDP features", kXdp,
     judge_xdp_mode},
    {"xdp-transmit", "frames of the program leave the interface", "the drivers' XDP features",
     kXdp | kRoutes, judge_xdp_transmit},
    {"mtu", "no frame is too large for an interface", "netlink, the drivers' XDP features",
     kXdp | kRoutes, judge_mtu},
    {"receive-offload", "nothing merges datagrams", "ethtool -k", kXdp, judge_receive_offload},
    {"vlan-offload", "the program sees VLAN tags", "ethtool -k", kInterfaces | kRoutes,
     judge_vlan_offload},
    {"rss", "the NIC spreads packets over the CPUs", "ethtool -l, -x and -n; packets of each CPU",
     kInterfaces | kHost, judge_rss},
    {"irq", "more than one CPU serves the interrupts", "/proc/irq", kInterfaces | kHost, judge_irq},
    {"rp-filter", "the reverse path filter drops no client's packets",
     "net.ipv4.conf.*.rp_filter, /proc/net/route", kInterfaces | kRoutes, judge_rp_filter},
    {"vip", "a host answers for every VIP", "addresses, net.ipv4.conf.*.arp_ignore, ARP and ND",
     kInterfaces | kRoutes | kSegment, judge_vip},
    {"vip-leak", "no server answers for a VIP", "ARP and neighbour solicitations for the VIP",
     kConfig | kRoutes | kSegment, judge_vip_leak},
    {"next-hop", "the servers are on a segment of the director", "routes, netlink",
     kConfig | kRoutes, judge_next_hop},
    {"neighbour", "exactly one host answers for each server",
     "ARP and neighbour solicitations for the servers", kConfig | kRoutes | kSegment,
     judge_neighbour},
    {"server-vip", "the servers have the VIP and answer from it",
     "OPTIONS to the VIP in a frame for each server", kConfig | kRoutes | kSegment | kVips,
     judge_server_vip},
    {"servers", "the servers are up", "GET /v1/status", kDaemon, judge_servers},
    {"pools", "the pools are up", "GET /v1/status", kDaemon, judge_pools},
}};

constexpr unsigned kOfTheHost =
    kHost | kLinks | kPrograms | kRoutes | kSegment | kVips; // that the daemon runs on

/// Why a check cannot be done; empty if it can.
std::string obstacle(const Check &check, const Facts &facts) {
    if ((check.needs & kDaemon) != 0 && !facts.daemon) {
        return "the daemon does not answer";
    }
    if ((check.needs & kOfTheHost) != 0 && !facts.elsewhere.empty()) {
        return facts.elsewhere;
    }
    if ((check.needs & kConfig) != 0 && !facts.config) {
        return "there is no valid configuration; see the check \"config\"";
    }
    return {};
}

} // namespace

std::span<const Check> all_checks() {
    return kChecks;
}

const Check *find_check(const std::string &id) {
    const auto *found = std::find_if(kChecks.begin(), kChecks.end(),
                                     [&](const Check &check) { return check.id == id; });
    return found == kChecks.end() ? nullptr : found;
}

unsigned needs_of(const std::vector<const Check *> &checks) {
    unsigned needs = kNothing;
    for (const Check *check : checks) {
        needs |= check->needs;
    }
    return needs;
}

Report examine(const Check &check, const Facts &facts) {
    Report report{&check, {}};
    if (const auto why = obstacle(check, facts); !why.empty()) {
        report.findings.skipped(why);
        return report;
    }
    check.judge(facts, report.findings);
    if (report.findings.all().empty()) {
        report.findings.skipped("there is nothing to check");
    }
    return report;
}

} // namespace sipsteer::doctor

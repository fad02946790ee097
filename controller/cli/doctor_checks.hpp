// SPDX-License-Identifier: Apache-2.0
//
// The checks of sipsteer doctor, in the order in which it shows them. A check comes before those
// that depend on it.
//
//     X(id, title, what it looks at, what it needs, function that judges)
//
// The command line knows the ids alone. What a check needs and who judges are names of the room
// cli/doctor.
#pragma once

#define SIPSTEER_CHECKS(X)                                                                         \
    X("daemon", "the daemon answers", "GET /v1/status", kNothing, judge_daemon)                    \
    X("ready", "the daemon steers as configured", "GET /readyz", kDaemon, judge_ready)             \
    X("version", "daemon and command line have the same version", "GET /v1/status", kDaemon,       \
      judge_version)                                                                               \
    X("config", "the configuration is valid", "the configuration file", kNothing, judge_config)    \
    X("kernel", "the kernel is new enough", "uname(2)", kHost, judge_kernel)                       \
    X("bpf", "the kernel compiles BPF programs and describes itself",                              \
      "/sys/kernel/btf/vmlinux, net.core.bpf_jit_enable, the attached program", kHost | kPrograms, \
      judge_bpf)                                                                                   \
    X("bpffs", "pin_dir is on a BPF file system", "statfs(2) of pin_dir", kConfig | kHost,         \
      judge_bpffs)                                                                                 \
    X("memory", "there is memory for the call table", "/proc/meminfo, the daemon's control group", \
      kConfig | kHost, judge_memory)                                                               \
    X("limits", "the daemon's limits are large enough", "/proc/PID/limits", kConfig | kHost,       \
      judge_limits)                                                                                \
    X("clock", "the clock is set and synchronised", "adjtimex(2), the kernel's clock source",      \
      kHost, judge_clock)                                                                          \
    X("interface", "the interfaces exist and are up", "netlink", kInterfaces, judge_interface)     \
    X("xdp-attached", "the program is attached", "netlink, BPF programs", kXdp,                    \
      judge_xdp_attached)                                                                          \
    X("xdp-foreign", "no other XDP program interferes", "netlink, BPF programs", kXdp,             \
      judge_xdp_foreign)                                                                           \
    X("xdp-mode", "the program runs in the driver", "netlink, the driver's XDP features", kXdp,    \
      judge_xdp_mode)                                                                              \
    X("xdp-transmit", "frames of the program leave the interface", "the drivers' XDP features",    \
      kXdp | kRoutes, judge_xdp_transmit)                                                          \
    X("mtu", "no frame is too large for an interface", "netlink, the drivers' XDP features",       \
      kXdp | kRoutes, judge_mtu)                                                                   \
    X("receive-offload", "nothing merges datagrams", "ethtool -k", kXdp, judge_receive_offload)    \
    X("vlan-offload", "the program sees VLAN tags", "ethtool -k", kInterfaces | kRoutes,           \
      judge_vlan_offload)                                                                          \
    X("rss", "the NIC spreads packets over the CPUs",                                              \
      "ethtool -l, -x and -n; packets of each CPU", kInterfaces | kHost, judge_rss)                \
    X("irq", "more than one CPU serves the interrupts", "/proc/irq", kInterfaces | kHost,          \
      judge_irq)                                                                                   \
    X("rp-filter", "the reverse path filter drops no client's packets",                            \
      "net.ipv4.conf.*.rp_filter, /proc/net/route", kInterfaces | kRoutes, judge_rp_filter)        \
    X("vip", "a host answers for every VIP", "addresses, net.ipv4.conf.*.arp_ignore, ARP and ND",  \
      kInterfaces | kRoutes | kSegment, judge_vip)                                                 \
    X("vip-leak", "no server answers for a VIP", "ARP and neighbour solicitations for the VIP",    \
      kConfig | kRoutes | kSegment, judge_vip_leak)                                                \
    X("next-hop", "the servers are on a segment of the director", "routes, netlink",               \
      kConfig | kRoutes, judge_next_hop)                                                           \
    X("neighbour", "exactly one host answers for each server",                                     \
      "ARP and neighbour solicitations for the servers", kConfig | kRoutes | kSegment,             \
      judge_neighbour)                                                                             \
    X("server-vip", "the servers have the VIP and answer from it",                                 \
      "OPTIONS to the VIP in a frame for each server", kConfig | kRoutes | kSegment | kVips,       \
      judge_server_vip)                                                                            \
    X("two-boxes", "a director that is a server, too, has the VIP and knows the others",           \
      "addresses, ARP and neighbour solicitations, directors in the configuration",                \
      kConfig | kRoutes | kSegment, judge_two_boxes)                                               \
    X("servers", "the servers are up", "GET /v1/status", kDaemon, judge_servers)                   \
    X("pools", "the pools are up", "GET /v1/status", kDaemon, judge_pools)

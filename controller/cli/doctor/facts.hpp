// SPDX-License-Identifier: Apache-2.0
//
// What the checks judge. Gathered by gather/, judged by judge/, which looks at nothing else.
#pragma once

#include "base/address.hpp"
#include "base/endpoint.hpp"
#include "base/next_hop.hpp"
#include "base/own_addresses.hpp"
#include "base/result.hpp"
#include "cli/doctor/daemon_state.hpp"
#include "config/model.hpp"
#include "health/outcome.hpp"
#include "kernel/dataplane/present.hpp"
#include "kernel/netlink/link.hpp"
#include "kernel/netlink/route.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::doctor {

/// A fact, or why it is not known.
template <typename T>
using Known = Result<T>;

inline Error not_looked_at() {
    return Error{"it was not checked"};
}

/// The daemon's process, as the socket of its API tells it.
struct Process {
    std::int64_t pid = 0;
    std::string config_file;                    // that it was started with; empty: not known
    bool other_network = false;                 // it is in another network namespace
    std::optional<std::uint64_t> open_files;    // its limits; absent: unlimited or not known
    std::optional<std::uint64_t> locked_memory; // bytes
    std::optional<std::uint64_t> memory_left;   // bytes, of its control group
};

struct ConfigFile {
    std::string path;
    bool named = false; // on the command line: then it is the one that counts
    bool there = true;
    bool readable = true;
    Known<config::Config> content = not_looked_at();
};

/// Where the maps are to be pinned.
struct PinPlace {
    std::string deepest; // the part of pin_dir that exists
    bool bpffs = false;
};

struct Clock {
    bool synchronised = false;
    std::int64_t unix_seconds = 0;
    std::string source; // of the kernel's time; empty: not known
};

struct Host {
    std::string release; // of the kernel: "6.1.0-18-amd64"
    bool btf = false;
    Known<bool> jit = not_looked_at();
    unsigned cpus = 1;
    Known<PinPlace> pin_place = not_looked_at();
    Known<std::uint64_t> memory_available = not_looked_at();
    bool table_pinned = false;                 // the call table is there, of that size
    std::vector<std::uint64_t> packets_by_cpu; // that the program has handled; empty: not known
    Clock clock;
};

/// An interrupt of a NIC.
struct Interrupt {
    unsigned number = 0;
    std::string name;
    std::set<unsigned> cpus; // that serve it
};

struct Queues {
    unsigned now = 0; // that receive
    unsigned most = 0;
    bool combined = true; // each of them sends as well
};

struct Link {
    Known<LinkInfo> info = not_looked_at();
    std::string driver;                                  // empty: not known
    Known<std::uint64_t> xdp_features = not_looked_at(); // enum netdev_xdp_act
    std::map<std::string, bool> offloads;                // ethtool's names; none: not known
    Known<Queues> queues = not_looked_at();
    std::vector<unsigned> rss_table; // queue by hash; empty: there is none, or it is not known
    std::map<std::string, std::optional<std::uint64_t>> udp_hash; // "udp4": RXH_...
    std::vector<Interrupt> interrupts;                            // of its queues
    Known<int> rp_filter = not_looked_at();                       // in force: the larger of the two
    Known<int> arp_ignore = not_looked_at();
};

/// A server, or what stands for it on the segment.
struct ServerPlace {
    std::string pool;
    std::string name;
    Address hop;         // its own address, or the next_hop that is stated
    bool own = true;     // it is its own
    bool routed = false; // it may lie behind a router (forward "dscp")
    Known<Route> route = not_looked_at();
    std::string interface; // that has the segment's addresses; empty: not on a segment
    NextHop segment;       // without MAC; `problem`: why no frame can be sent there
    std::string egress;    // the interface that frames leave by
    Known<std::set<MacAddress>> macs = not_looked_at(); // that answered for it

    std::string id() const { return pool + '/' + name; }
};

/// Who answers for a VIP on one segment.
struct VipClaims {
    Address vip;
    std::string interface;
    Known<std::set<MacAddress>> macs = not_looked_at();
};

/// What a server made of an OPTIONS to the VIP.
struct VipAnswer {
    std::string server; // POOL/SERVER
    Endpoint vip;
    bool probed = true; // the pool probes its servers: they answer OPTIONS
    Known<health::ProbeOutcome> outcome = not_looked_at();
    bool wrong_source = false; // something came from the server, but not from the VIP
};

struct Network {
    std::vector<OwnAddress> addresses;
    std::set<MacAddress> own_macs;
    std::vector<std::string> default_routes; // interfaces; IPv4
    std::map<std::string, Link> links;
    std::map<std::string, Known<dataplane::Present>> programs; // by configured interface
    std::vector<ServerPlace> servers;
    std::vector<VipClaims> claims;
    std::vector<VipAnswer> answers;
};

struct Facts {
    std::string version; // of this program
    Known<DaemonState> daemon = not_looked_at();
    bool daemon_closed = false; // it is there, but does not answer who asks: rights, or a token
    Known<Process> process = not_looked_at();
    std::string elsewhere; // not empty: the daemon is not on this host, and where it is
    ConfigFile file;
    Known<config::Config> config = not_looked_at(); // that is gone by
    Host host;
    Network network;
};

/// Interfaces that have an address.
std::vector<std::string> places_of(const Network &network, const Address &address);

/// A link that was looked at; nullptr otherwise.
const Link *link_of(const Network &network, const std::string &name);

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
//
// The configuration as the rest of the controller sees it: parsed, complete, valid.
#pragma once

#include "base/address.hpp"
#include "base/mac_address.hpp"
#include "base/prefix.hpp"

#include <sipsteer/choices.h>
#include <sipsteer/guard.h>
#include <sipsteer/pool.h>
#include <sipsteer/service.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::config {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The choices, from the lists that the data plane and the controller share. Those of a pool have
// the data plane's numbers, but for the schedulers: two of them are one to it.
#define SIPSTEER_NUMBERED(number, constant, name, word) name = (number),
#define SIPSTEER_NAMED(name, word) name,
#define SIPSTEER_SCHEDULER(constant, name, word) name,
enum class PoolMode : std::uint8_t { SS_POOL_MODE_LIST(SIPSTEER_NUMBERED) };
enum class Key : std::uint8_t { SS_KEY_LIST(SIPSTEER_NUMBERED) };
enum class NoCallId : std::uint8_t { SS_NO_CALL_ID_LIST(SIPSTEER_NUMBERED) };
enum class WhenDown : std::uint8_t { SS_WHEN_DOWN_LIST(SIPSTEER_NUMBERED) };
enum class Scheduler { SS_SCHEDULER_LIST(SIPSTEER_SCHEDULER) };
enum class XdpMode { SS_XDP_MODE_LIST(SIPSTEER_NAMED) };
enum class Checksums { SS_CHECKSUMS_LIST(SIPSTEER_NAMED) };
enum class OnExit { SS_ON_EXIT_LIST(SIPSTEER_NAMED) };
enum class ProbeType { SS_PROBE_TYPE_LIST(SIPSTEER_NAMED) };
enum class ProbePath { SS_PROBE_PATH_LIST(SIPSTEER_NAMED) };
enum class Forward { SS_FORWARD_LIST(SIPSTEER_NAMED) };
enum class Admin { SS_ADMIN_LIST(SIPSTEER_NAMED) };
enum class Protocol : std::uint8_t { SS_PROTOCOL_LIST(SIPSTEER_NUMBERED) };
enum class GuardFrom : std::uint8_t { SS_GUARD_FROM_LIST(SIPSTEER_NUMBERED) };

/// What a director of a cluster tells the others: the data plane has no part in it.
#define SIPSTEER_SHARE_LIST(X)                                                                     \
    X(Calls, "calls")                                                                              \
    X(Nothing, "nothing")
enum class Share { SIPSTEER_SHARE_LIST(SIPSTEER_NAMED) };
#undef SIPSTEER_NUMBERED
#undef SIPSTEER_NAMED
#undef SIPSTEER_SCHEDULER

/// A network interface the data plane is attached to.
struct Interface {
    std::string name;
    XdpMode mode = XdpMode::Auto;
    Checksums checksums = Checksums::Auto;

    bool operator==(const Interface &) const = default;
};

/// How long a call is kept after its last message, by state (enum ss_call_state in
/// sipsteer/call.h). Each from 1 s to 19 h.
struct Lifetimes {
    seconds early{180}; // INVITE timer C: more than 3 minutes without an answer (RFC 3261, 16.6)
    seconds confirmed{7200}; // phones that use session timers refresh far sooner (RFC 4028)
    seconds closing{32};     // 64*T1 (RFC 3261, 17)
    seconds other{3600};     // a usual registration lives as long (RFC 3261, 10.2)
    seconds source{300};     // clients steered by address: their datagrams have no Call-ID

    bool operator==(const Lifetimes &) const = default;
};

/// SIP response codes, both ends included.
struct CodeRange {
    std::uint16_t first = 200;
    std::uint16_t last = 200;

    bool operator==(const CodeRange &) const = default;
};

/// A server that flaps: down more than `after` times within `within`, it stays down for `time`
/// though its probes succeed.
struct HoldDown {
    unsigned after = 5;
    milliseconds within{300'000};
    milliseconds time{60'000}; // 0: never held

    bool operator==(const HoldDown &) const = default;
};

/// How the servers of a pool are probed. What is absent of the SIP fields is worked out for each
/// request (health/sip_request.hpp).
struct Probe {
    ProbeType type = ProbeType::Options;
    ProbePath path = ProbePath::Direct;
    milliseconds interval{2000};
    milliseconds timeout{1000};
    double jitter = 0.1; // of the interval: from so much less to so much more
    unsigned rise = 2;   // successes in a row that bring a server up
    unsigned fall = 3;   // failures in a row that take it down
    HoldDown hold_down;
    std::string method = "OPTIONS";
    std::vector<CodeRange> accept = std::vector<CodeRange>(1); // final, a success: 200 alone
    std::optional<std::string> from;                           // sip: URIs
    std::optional<std::string> to;
    std::optional<std::string> request_uri;
    std::optional<std::string> user_agent;

    bool operator==(const Probe &) const = default;
};

/// A server's address is its own, not the VIP: it is where the server is probed and what its MAC
/// is found by. With Forward::L2 frames keep the VIP as destination, so an IPv6 service may well
/// have servers with IPv4 addresses, and the other way round; only the MAC counts.
struct Server {
    std::string name;           // unique in its pool
    Address address;            // with the port, unique in its pool
    std::uint16_t port = 5060;  // host byte order; of probes: calls keep the service's port
    std::uint16_t weight = 100; // share of new calls; 0: keeps its running calls, takes no new ones
    Admin admin = Admin::Enabled;
    std::uint8_t tier = 0;                      // 0 to 15; the others are backups of those below
    std::uint32_t max_calls = 0;                // live ones; 0: no limit
    std::uint32_t max_new_calls_per_second = 0; // 0: no limit
    /// From the drain's beginning; absent: no deadline.
    std::optional<milliseconds> drain_timeout = std::nullopt;
    std::optional<Address> next_hop =
        std::nullopt; // on the director's segment, if `address` itself is not

    /// Whose MAC its frames get.
    const Address &hop_address() const { return next_hop ? *next_hop : address; }

    bool operator==(const Server &) const = default;
};

/// How new calls are answered when no server can take them (WhenDown::Reject).
struct Reject {
    std::uint32_t per_second = 100; // answers, at most
    seconds retry_after{5};         // what the answer asks the client to wait

    bool operator==(const Reject &) const = default;
};

struct Pool {
    std::string name; // unique
    PoolMode mode = PoolMode::Stateful;
    Scheduler scheduler = Scheduler::Hash;
    Key key = Key::CallId;
    Forward forward = Forward::L2;
    NoCallId no_call_id = NoCallId::SteerBySource;
    WhenDown when_down = WhenDown::Drop;
    Reject reject;
    std::uint16_t quorum = 1;       // with fewer servers that take new calls, the pool is down
    std::uint16_t tier_minimum = 1; // with fewer of a tier, the next tier takes new calls, too
    milliseconds slow_start{0};     // until a server that came back has its whole share
    Lifetimes lifetimes;
    Probe probe;
    std::vector<Server> servers;

    bool operator==(const Pool &) const = default;
};

/// Messages of one method go to a pool of their own: REGISTER to the registrars.
struct MethodPool {
    std::uint8_t method = 0; // enum ss_method in sipsteer/method.h; a request's; unique
    std::string pool;        // names a pool

    bool operator==(const MethodPool &) const = default;
};

/// How many new calls may come from one place.
struct NewCallLimit {
    std::uint32_t per_minute = 0; // 0: no limit
    std::uint32_t burst = 20;     // at once, after a silence

    bool operator==(const NewCallLimit &) const = default;
};

/// The limits of a service (sipsteer/guard.h).
struct NewCallLimits {
    bool observe = false; // what is beyond a limit is counted and steered
    NewCallLimit per_address;
    NewCallLimit per_network;
    NewCallLimit known_address;
    seconds known_for{43'200};

    bool operator==(const NewCallLimits &) const = default;
};

/// Whose packets are taken (sipsteer/guard.h): of one service, or of all. A prefix stands in one of
/// the three lists at most, once.
struct Guard {
    bool observe = false; // what would be denied is counted and steered
    std::vector<Prefix> trusted;
    std::vector<Prefix> allow;
    std::vector<Prefix> deny;
    std::vector<std::string> deny_files; // with a prefix a line (deny_file.hpp)

    bool operator==(const Guard &) const = default;
};

/// How many datagrams of one source that are no message a service bears, before a ban.
struct MalformedLimit {
    std::uint32_t per_minute = 0; // 0: no limit
    seconds time{3600};           // of the ban

    bool operator==(const MalformedLimit &) const = default;
};

/// The guard of one service: also what it takes from whom, of messages that begin something.
struct ServiceGuard : Guard {
    std::map<std::uint8_t, GuardFrom> methods; // by enum ss_method; absent: from all
    bool stealth =
        false; // INVITE, OPTIONS and REGISTER from known sources, where methods says none
    std::vector<std::string> user_agents; // beginnings, in small letters, of scanners' names
    MalformedLimit malformed_limit;

    bool operator==(const ServiceGuard &) const = default;
};

struct Service {
    std::string name;          // unique
    Address address;           // the VIP
    std::uint16_t port = 5060; // host byte order
    Protocol protocol = Protocol::Udp;
    std::string pool;                         // names a pool
    std::optional<std::string> vip_interface; // where the daemon puts the VIP; absent: nowhere
    std::optional<std::uint8_t> dscp;         // 1 to 63: stands for the VIP (Forward::Dscp)
    std::vector<MethodPool> method_pools;     // what does not go to `pool`; responses always do
    NewCallLimits new_call_limits;
    ServiceGuard guard; // besides that of all services

    bool operator==(const Service &) const = default;
};

/// Where TLS has its identity from: PEM files.
struct TlsFiles {
    std::string certificate; // with its chain
    std::string key;

    bool operator==(const TlsFiles &) const = default;
};

/// An address of this host and a port. Unspecified: all addresses of that family.
struct ListenAddress {
    Address address;
    std::uint16_t port = 0; // host byte order; 0: not known

    bool operator==(const ListenAddress &) const = default;
};

/// Where the API is served over TCP.
struct Listen {
    ListenAddress address;
    std::optional<TlsFiles> tls; // absent: plain text
    bool insecure = false;       // plain text off loopback is meant

    bool operator==(const Listen &) const = default;
};

struct Api {
    std::string socket = "/run/sipsteer/api.sock";
    unsigned socket_mode = 0660;
    std::optional<std::string> socket_group; // absent: the daemon's
    std::vector<Listen> listen;
    std::optional<std::string> tokens_file; // needed to listen on TCP

    bool operator==(const Api &) const = default;
};

/// Bounds on fragments (sipsteer/fragment.h). `per source`: by client address and second, in force
/// while room is short.
struct Fragments {
    milliseconds timeout{1000}; // how long a first fragment is remembered, and a later one held
    std::uint32_t firsts_per_source = 8192;
    std::uint32_t held_per_source = 64;
    std::uint32_t held_bytes = 1 << 22; // of memory for those held at once, of all sources

    bool operator==(const Fragments &) const = default;
};

/// The VLAN of frames that leave through an interface, where the kernel does not know it as a VLAN
/// device: the tag is put on by something below it.
struct VlanTag {
    std::string name;     // of the interface; unique
    std::uint16_t id = 0; // 1 to 4094

    bool operator==(const VlanTag &) const = default;
};

/// Another director of the same segment: its frames are never steered again.
struct Director {
    std::string name; // unique
    MacAddress mac{}; // one of a host, that it sends with

    bool operator==(const Director &) const = default;
};

/// A Unix socket, or an address and a port.
struct RedisAddress {
    std::string socket; // empty: tcp
    ListenAddress tcp;

    bool operator==(const RedisAddress &) const = default;
};

/// The Redis that the directors of a cluster meet at.
struct Redis {
    std::vector<RedisAddress> addresses;      // in the order of preference
    std::optional<std::string> user;          // absent: the default user
    std::optional<std::string> password_file; // absent: no password

    bool operator==(const Redis &) const = default;
};

/// Directors that know each other's calls.
struct Cluster {
    std::string name;
    std::string director; // this one
    Redis redis;
    Share share = Share::Calls;

    bool operator==(const Cluster &) const = default;
};

/// What only a start can change: the daemon is built on it. A field is one of these by standing
/// here; nothing else lists them.
struct StartupConfig {
    std::vector<Interface> interfaces;
    std::vector<VlanTag> vlan_tags;
    std::string pin_dir = "/sys/fs/bpf/sipsteer";
    std::string state_dir = "/var/lib/sipsteer";
    Api api;
    Fragments fragments;
    std::optional<Cluster> cluster; // absent: this director is alone

    bool operator==(const StartupConfig &) const = default;
};

/// All of it: what a start fixes, and what can change while the daemon runs.
struct Config : StartupConfig {
    std::string log_level = "info"; // a word of SS_LOG_LEVEL_LIST
    OnExit on_exit = OnExit::Leave;
    std::uint32_t call_capacity = 1'000'000;
    std::vector<Director> directors; // the others; this one knows its own MACs
    Guard guard;                     // of all services
    std::vector<Pool> pools;
    std::vector<Service> services;

    bool operator==(const Config &) const = default;
};

} // namespace sipsteer::config

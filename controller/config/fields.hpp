// SPDX-License-Identifier: Apache-2.0
//
// The configuration file, field by field: name, member, rule. Reading, writing, the refusal of
// unknown fields and the JSON Schema all follow from these lists (object.hpp); what takes more than
// one field to see is in checks.cpp.
#pragma once

#include "config/api_rules.hpp"
#include "config/cluster_fields.hpp"
#include "config/guard_fields.hpp"
#include "config/model.hpp"
#include "config/object.hpp"
#include "config/rules.hpp"
#include "config/sip_rules.hpp"

#include <sipsteer/call.h>
#include <sipsteer/limits.h>
#include <sipsteer/method.h>

#include <chrono>

namespace sipsteer::config {

// The definitions of the schema, by the names that the API's description gives them.
template <>
inline constexpr const char *kDefinition<Server> = "ServerConfig";
template <>
inline constexpr const char *kDefinition<Pool> = "PoolConfig";
template <>
inline constexpr const char *kDefinition<Service> = "ServiceConfig";
template <>
inline constexpr const char *kDefinition<NewCallLimit> = "NewCallLimit";
template <>
inline constexpr const char *kDefinition<NewCallLimits> = "NewCallLimits";
template <>
inline constexpr const char *kDefinition<Probe> = "Probe";
template <>
inline constexpr const char *kDefinition<Api> = "Api";
template <>
inline constexpr const char *kDefinition<Listen> = "Listen";

inline constexpr Whole kPort{1, 65535};
inline constexpr Whole kRate{0, 1'000'000}; // per second; the data plane counts in nanoseconds
inline constexpr Duration kLifetime{std::chrono::seconds(1), std::chrono::hours(19)};
static_assert(std::chrono::nanoseconds(kLifetime.most).count() <
                  static_cast<std::int64_t>(SS_MAX_LIFETIME_TICKS) << SS_TICK_SHIFT,
              "every lifetime can be told from its age");
inline constexpr std::size_t kSocketPathBytes = 107; // sun_path, less the closing NUL
inline constexpr std::size_t kMostListeners = 16;
inline constexpr std::size_t kMostDirectors = 256;

template <typename V>
void describe(V &v, typename V::template Of<Interface> &interface) {
    v.required("name", interface.name, InterfaceName{});
    v.optional("mode", interface.mode, OneOf<XdpMode>{});
    v.optional("checksums", interface.checksums, OneOf<Checksums>{});
}

template <typename V>
void describe(V &v, typename V::template Of<TlsFiles> &tls) {
    v.required("certificate", tls.certificate, AbsolutePath{});
    v.required("key", tls.key, AbsolutePath{});
}

template <typename V>
void describe(V &v, typename V::template Of<Listen> &listen) {
    v.required("address", listen.address, AddressAndPort{});
    v.optional("tls", listen.tls, Maybe{Object{}});
    v.optional("insecure", listen.insecure, Flag{}, "accept plain text off loopback");
}

template <typename V>
void describe(V &v, typename V::template Of<Api> &api) {
    v.optional("socket", api.socket, AbsolutePath{kSocketPathBytes});
    v.optional("socket_mode", api.socket_mode, FileMode{});
    v.optional("socket_group", api.socket_group, Maybe{GroupName{}},
               "group that can use the socket");
    v.optional("listen", api.listen, ListOfObjects{0, kMostListeners}, "TCP addresses of the API");
    v.optional("tokens_file", api.tokens_file, Maybe{AbsolutePath{}},
               "clients that may use TCP, and their tokens");
}

template <typename V>
void describe(V &v, typename V::template Of<Lifetimes> &lifetimes) {
    v.optional("early", lifetimes.early, kLifetime);
    v.optional("confirmed", lifetimes.confirmed, kLifetime);
    v.optional("closing", lifetimes.closing, kLifetime);
    v.optional("other", lifetimes.other, kLifetime);
    v.optional("source", lifetimes.source, kLifetime);
}

template <typename V>
void describe(V &v, typename V::template Of<HoldDown> &hold_down) {
    using namespace std::chrono_literals;
    v.optional("after", hold_down.after, Whole{1, 1000}, "failures that start a hold");
    v.optional("within", hold_down.within, Duration{1s, 24h}, "time in which they count");
    v.optional("for", hold_down.time, Duration{0s, 24h}, "time of the hold; 0s: none");
}

template <typename V>
void describe(V &v, typename V::template Of<Probe> &probe) {
    using namespace std::chrono_literals;
    v.optional("type", probe.type, OneOf<ProbeType>{});
    v.optional("path", probe.path, OneOf<ProbePath>{});
    v.optional("interval", probe.interval, Duration{100ms, 1h});
    v.optional("timeout", probe.timeout, Duration{10ms, 1h});
    v.optional("jitter", probe.jitter, Fraction{0, 0.5}, "random part of the interval");
    v.optional("rise", probe.rise, Whole{1, 100}, "successes in a row before a server is up");
    v.optional("fall", probe.fall, Whole{1, 100}, "failures in a row before a server is down");
    v.optional("hold_down", probe.hold_down, Object{}, "hold of a server that flaps");
    v.optional("method", probe.method, SipMethod{});
    v.optional("accept", probe.accept, CodeList{}, "codes that are a success");
    v.optional("from", probe.from, Maybe{SipUri{}});
    v.optional("to", probe.to, Maybe{SipUri{}});
    v.optional("request_uri", probe.request_uri, Maybe{SipUri{}});
    v.optional("user_agent", probe.user_agent, Maybe{HeaderText{}});
}

template <typename V>
void describe(V &v, typename V::template Of<Server> &server) {
    using namespace std::chrono_literals;
    v.required("name", server.name, Name{});
    v.required("address", server.address, HostAddress{}, "own address of the server, not the VIP");
    v.optional("port", server.port, kPort, "port for probes");
    v.optional("weight", server.weight, Whole{0, 65535}, "share of new calls; 0: none");
    v.optional("admin", server.admin, OneOf<Admin>{}, "wanted state");
    v.optional("next_hop", server.next_hop, Maybe{HostAddress{}},
               "router to a server on another segment");
    v.optional("tier", server.tier, Whole{0, 15}, "0: primary; above: backup");
    v.optional("max_calls", server.max_calls, Whole{0, SS_MAX_CALLS},
               "limit of running calls; 0: none");
    v.optional("max_new_calls_per_second", server.max_new_calls_per_second, kRate,
               "limit of new calls; 0: none");
    v.optional("drain_timeout", server.drain_timeout, Maybe{Duration{1s, 168h}},
               "time from the start of a drain to its deadline");
}

template <typename V>
void describe(V &v, typename V::template Of<Reject> &reject) {
    using namespace std::chrono_literals;
    v.optional("per_second", reject.per_second, Whole{1, 100'000}, "limit of answers");
    v.optional("retry_after", reject.retry_after, Duration{1s, 1h},
               "wait that the answer asks of the client");
}

template <typename V>
void describe(V &v, typename V::template Of<Pool> &pool) {
    using namespace std::chrono_literals;
    v.required("name", pool.name, Name{});
    v.optional("mode", pool.mode, OneOf<PoolMode>{});
    v.optional("scheduler", pool.scheduler, OneOf<Scheduler>{},
               "choice of the server for a new call");
    v.optional("key", pool.key, OneOf<Key>{}, "key of a call");
    v.optional("forward", pool.forward, OneOf<Forward>{}, "way of a datagram to the servers");
    v.optional("no_call_id", pool.no_call_id, OneOf<NoCallId>{},
               "action for a datagram without a Call-ID");
    v.optional("when_down", pool.when_down, OneOf<WhenDown>{},
               "action for a new call that no server can take");
    v.optional("reject", pool.reject, Object{});
    v.optional("quorum", pool.quorum, Whole{1, SS_MAX_SERVERS},
               "least servers that take new calls; with fewer the pool is down");
    v.optional("tier_minimum", pool.tier_minimum, Whole{1, SS_MAX_SERVERS},
               "least servers of a tier; with fewer the next tier helps");
    v.optional("slow_start", pool.slow_start, Duration{0ms, 1h},
               "time until a returned server has its full share");
    v.optional("lifetimes", pool.lifetimes, Object{}, "time to keep a call after its last message");
    v.optional("probe", pool.probe, Object{});
    v.required("servers", pool.servers, ListOfObjects{0, SS_MAX_SERVERS});
}

template <typename V>
void describe(V &v, typename V::template Of<MethodPool> &entry) {
    v.required("method", entry.method, OneOf<RequestMethod>{});
    v.required("pool", entry.pool, Reference{});
}

template <typename V>
void describe(V &v, typename V::template Of<Fragments> &fragments) {
    using namespace std::chrono_literals;
    v.optional("timeout", fragments.timeout, Duration{10ms, 30s});
    v.optional("firsts_per_source", fragments.firsts_per_source, Whole{1, SS_MAX_FRAGMENTS},
               "first fragments to remember for each client and second, while many wait");
    v.optional("held_per_source", fragments.held_per_source, Whole{0, 65535},
               "fragments to hold for each client and second, while many come; 0: none");
    v.optional("held_bytes", fragments.held_bytes, Whole{65536, 1 << 28},
               "memory for held fragments of all clients together, in bytes");
}

template <typename V>
void describe(V &v, typename V::template Of<NewCallLimit> &limit) {
    v.optional("per_minute", limit.per_minute, Whole{0, 60'000'000}, "new calls; 0: no limit");
    v.optional("burst", limit.burst, Whole{1, 1'000'000}, "new calls at once, after a silence");
}

template <typename V>
void describe(V &v, typename V::template Of<NewCallLimits> &limits) {
    using namespace std::chrono_literals;
    v.optional("observe", limits.observe, Flag{}, "count new calls beyond a limit, and steer them");
    v.optional("per_address", limits.per_address, Object{}, "of one address, or an IPv6 /64");
    v.optional("per_network", limits.per_network, Object{}, "of one IPv4 /24 or IPv6 /48");
    v.optional("known_address", limits.known_address, Object{},
               "of an address with a confirmed call; in place of the other two");
    v.optional("known_for", limits.known_for, Duration{1min, 19h},
               "time that an address is known after its last confirmed call");
}

template <typename V>
void describe(V &v, typename V::template Of<Service> &service) {
    v.required("name", service.name, Name{});
    v.required("address", service.address, HostAddress{}, "the VIP");
    v.optional("port", service.port, kPort);
    v.optional("protocol", service.protocol, OneOf<Protocol>{});
    v.required("pool", service.pool, Reference{});
    v.optional("method_pools", service.method_pools, ListOfObjects{0, SS_METHODS},
               "pools for some methods");
    v.optional("vip_interface", service.vip_interface, Maybe{InterfaceName{}},
               "interface that gets the VIP");
    v.optional("dscp", service.dscp, Maybe{Whole{1, 63}},
               "code that stands for the VIP on the way to servers behind routers");
    v.optional("new_call_limits", service.new_call_limits, Object{},
               "limits on new calls by where they come from");
    v.optional("guard", service.guard, Object{}, "lists of this service");
}

template <typename V>
void describe(V &v, typename V::template Of<VlanTag> &tag) {
    v.required("name", tag.name, InterfaceName{});
    v.required("id", tag.id, Whole{1, 4094}, "VLAN of the frames that leave there");
}

template <typename V>
void describe(V &v, typename V::template Of<Director> &director) {
    v.required("name", director.name, Name{});
    v.required("mac", director.mac, HostMac{}, "source MAC of the frames that it sends");
}

template <typename V>
void describe(V &v, typename V::template Of<StartupConfig> &config) {
    v.required("interfaces", config.interfaces, ListOfObjects{1, SS_MAX_PORTS},
               "interfaces of the XDP program");
    v.optional("vlan_tags", config.vlan_tags, ListOfObjects{0, SS_MAX_PORTS},
               "VLANs of interfaces that a layer below tags");
    v.optional("pin_dir", config.pin_dir, AbsolutePath{},
               "directory of the pinned program and maps");
    v.optional("state_dir", config.state_dir, AbsolutePath{},
               "directory of the state that survives a reboot");
    v.optional("api", config.api, Object{});
    v.optional("fragments", config.fragments, Object{});
    v.optional("cluster", config.cluster, Maybe{Object{}}, "directors that share calls");
}

template <typename V>
void describe(V &v, typename V::template Of<Config> &config) {
    describe(v, static_cast<typename V::template Of<StartupConfig> &>(config));
    v.optional("log_level", config.log_level, OneOf<LogLevel>{});
    v.optional("on_exit", config.on_exit, OneOf<OnExit>{},
               "action on the data plane when the daemon stops");
    v.optional(
        "calls", config.call_capacity,
        ObjectOfOne{"capacity", Whole{SS_MIN_CALLS, SS_MAX_CALLS}, "calls that the table holds"});
    v.optional("directors", config.directors, ListOfObjects{0, kMostDirectors},
               "other directors on the segment");
    v.optional("guard", config.guard, Object{}, "lists of all services");
    v.required("pools", config.pools, ListOfObjects{0, SS_MAX_POOLS});
    v.required("services", config.services, ListOfObjects{0, SS_MAX_SERVICES});
}

} // namespace sipsteer::config

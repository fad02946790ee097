// SPDX-License-Identifier: Apache-2.0
//
// The configuration file, field by field: name, member, rule. Reading, writing and the refusal of
// unknown fields all follow from these lists (object.hpp); what takes more than one field to see
// is in checks.cpp.
#pragma once

#include "config/api_rules.hpp"
#include "config/model.hpp"
#include "config/object.hpp"
#include "config/rules.hpp"
#include "config/sip_rules.hpp"

#include <sipsteer/call.h>
#include <sipsteer/limits.h>
#include <sipsteer/method.h>

#include <chrono>

namespace sipsteer::config {

inline constexpr Choice<XdpMode> kXdpModes[] = {
    {"native", XdpMode::Native}, {"generic", XdpMode::Generic}, {"auto", XdpMode::Auto}};
inline constexpr Choice<OnExit> kOnExit[] = {{"leave", OnExit::Leave}, {"detach", OnExit::Detach}};
inline constexpr Choice<PoolMode> kPoolModes[] = {{"stateless", PoolMode::Stateless},
                                                  {"stateful", PoolMode::Stateful}};
inline constexpr Choice<Scheduler> kSchedulers[] = {
    {"hash", Scheduler::Hash},
    {"round-robin", Scheduler::RoundRobin},
    {"weighted-round-robin", Scheduler::WeightedRoundRobin},
    {"least-calls", Scheduler::LeastCalls},
    {"source", Scheduler::Source}};
inline constexpr Choice<Key> kKeys[] = {{"call-id", Key::CallId},
                                        {"address-of-record", Key::AddressOfRecord},
                                        {"call-id-and-via", Key::CallIdAndVia}};
inline constexpr Choice<WhenDown> kWhenDown[] = {
    {"drop", WhenDown::Drop}, {"pass", WhenDown::Pass}, {"reject", WhenDown::Reject}};
inline constexpr Choice<NoCallId> kNoCallId[] = {{"steer-by-source", NoCallId::SteerBySource},
                                                 {"pass", NoCallId::Pass},
                                                 {"drop", NoCallId::Drop}};
inline constexpr Choice<ProbeType> kProbeTypes[] = {{"none", ProbeType::None},
                                                    {"options", ProbeType::Options},
                                                    {"tcp", ProbeType::Tcp},
                                                    {"tcp-options", ProbeType::TcpOptions}};
inline constexpr Choice<ProbePath> kProbePaths[] = {
    {"direct", ProbePath::Direct}, {"dsr", ProbePath::Dsr}, {"both", ProbePath::Both}};
inline constexpr Choice<Admin> kAdmin[] = {
    {"enabled", Admin::Enabled}, {"draining", Admin::Draining}, {"disabled", Admin::Disabled}};
inline constexpr Choice<Protocol> kProtocols[] = {{"udp", Protocol::Udp}};
inline constexpr Choice<const char *> kLogLevels[] = {{"trace", "trace"},
                                                      {"debug", "debug"},
                                                      {"info", "info"},
                                                      {"warning", "warning"},
                                                      {"error", "error"}};

/// Methods that a pool can be chosen by.
inline constexpr Choice<std::uint8_t> kMethods[] = {
    {"INVITE", SS_METHOD_INVITE},     {"ACK", SS_METHOD_ACK},
    {"BYE", SS_METHOD_BYE},           {"CANCEL", SS_METHOD_CANCEL},
    {"REGISTER", SS_METHOD_REGISTER}, {"OPTIONS", SS_METHOD_OPTIONS},
    {"PRACK", SS_METHOD_PRACK},       {"SUBSCRIBE", SS_METHOD_SUBSCRIBE},
    {"NOTIFY", SS_METHOD_NOTIFY},     {"PUBLISH", SS_METHOD_PUBLISH},
    {"INFO", SS_METHOD_INFO},         {"REFER", SS_METHOD_REFER},
    {"MESSAGE", SS_METHOD_MESSAGE},   {"UPDATE", SS_METHOD_UPDATE},
    {"other", SS_METHOD_OTHER}};

inline constexpr Whole kPort{1, 65535};
inline constexpr Whole kRate{0, 1'000'000}; // per second; the data plane counts in nanoseconds
inline constexpr Duration kLifetime{std::chrono::seconds(1), std::chrono::hours(19)};
static_assert(std::chrono::nanoseconds(kLifetime.most).count() <
                  static_cast<std::int64_t>(SS_MAX_LIFETIME_TICKS) << SS_TICK_SHIFT,
              "every lifetime can be told from its age");
inline constexpr std::size_t kSocketPathBytes = 107; // sun_path, less the closing NUL
inline constexpr std::size_t kMostListeners = 16;

template <typename V>
void describe(V &v, typename V::template Of<Interface> &interface) {
    v.required("name", interface.name, InterfaceName{});
    v.optional("mode", interface.mode, OneOf{kXdpModes});
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
    v.optional("insecure", listen.insecure, Flag{});
}

template <typename V>
void describe(V &v, typename V::template Of<Api> &api) {
    v.optional("socket", api.socket, AbsolutePath{kSocketPathBytes});
    v.optional("socket_mode", api.socket_mode, FileMode{});
    v.optional("socket_group", api.socket_group, Maybe{GroupName{}});
    v.optional("listen", api.listen, ListOfObjects{0, kMostListeners});
    v.optional("tokens_file", api.tokens_file, Maybe{AbsolutePath{}});
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
    v.optional("after", hold_down.after, Whole{1, 1000});
    v.optional("within", hold_down.within, Duration{1s, 24h});
    v.optional("for", hold_down.time, Duration{0s, 24h});
}

template <typename V>
void describe(V &v, typename V::template Of<Probe> &probe) {
    using namespace std::chrono_literals;
    v.optional("type", probe.type, OneOf{kProbeTypes});
    v.optional("path", probe.path, OneOf{kProbePaths});
    v.optional("interval", probe.interval, Duration{100ms, 1h});
    v.optional("timeout", probe.timeout, Duration{10ms, 1h});
    v.optional("jitter", probe.jitter, Fraction{0, 0.5});
    v.optional("rise", probe.rise, Whole{1, 100});
    v.optional("fall", probe.fall, Whole{1, 100});
    v.optional("hold_down", probe.hold_down, Object{});
    v.optional("method", probe.method, SipMethod{});
    v.optional("accept", probe.accept, CodeList{});
    v.optional("from", probe.from, Maybe{SipUri{}});
    v.optional("to", probe.to, Maybe{SipUri{}});
    v.optional("request_uri", probe.request_uri, Maybe{SipUri{}});
    v.optional("user_agent", probe.user_agent, Maybe{HeaderText{}});
}

template <typename V>
void describe(V &v, typename V::template Of<Server> &server) {
    using namespace std::chrono_literals;
    v.required("name", server.name, Name{});
    v.required("address", server.address, HostAddress{});
    v.optional("port", server.port, kPort);
    v.optional("weight", server.weight, Whole{0, 65535});
    v.optional("admin", server.admin, OneOf{kAdmin});
    v.optional("next_hop", server.next_hop, Maybe{HostAddress{}});
    v.optional("tier", server.tier, Whole{0, 15});
    v.optional("max_calls", server.max_calls, Whole{0, SS_MAX_CALLS});
    v.optional("max_new_calls_per_second", server.max_new_calls_per_second, kRate);
    v.optional("drain_timeout", server.drain_timeout, Maybe{Duration{1s, 168h}});
}

template <typename V>
void describe(V &v, typename V::template Of<Reject> &reject) {
    using namespace std::chrono_literals;
    v.optional("per_second", reject.per_second, Whole{1, 100'000});
    v.optional("retry_after", reject.retry_after, Duration{1s, 1h});
}

template <typename V>
void describe(V &v, typename V::template Of<Pool> &pool) {
    using namespace std::chrono_literals;
    v.required("name", pool.name, Name{});
    v.optional("mode", pool.mode, OneOf{kPoolModes});
    v.optional("scheduler", pool.scheduler, OneOf{kSchedulers});
    v.optional("key", pool.key, OneOf{kKeys});
    v.optional("no_call_id", pool.no_call_id, OneOf{kNoCallId});
    v.optional("when_down", pool.when_down, OneOf{kWhenDown});
    v.optional("reject", pool.reject, Object{});
    v.optional("quorum", pool.quorum, Whole{1, SS_MAX_SERVERS});
    v.optional("tier_minimum", pool.tier_minimum, Whole{1, SS_MAX_SERVERS});
    v.optional("slow_start", pool.slow_start, Duration{0ms, 1h});
    v.optional("lifetimes", pool.lifetimes, Object{});
    v.optional("probe", pool.probe, Object{});
    v.required("servers", pool.servers, ListOfObjects{0, SS_MAX_SERVERS});
}

template <typename V>
void describe(V &v, typename V::template Of<MethodPool> &entry) {
    v.required("method", entry.method, OneOf{kMethods});
    v.required("pool", entry.pool, Reference{});
}

template <typename V>
void describe(V &v, typename V::template Of<Fragments> &fragments) {
    using namespace std::chrono_literals;
    v.optional("timeout", fragments.timeout, Duration{10ms, 30s});
    v.optional("firsts_per_source", fragments.firsts_per_source, Whole{1, SS_MAX_FRAGMENTS});
    v.optional("held_per_source", fragments.held_per_source, Whole{0, 65535});
    v.optional("held_bytes", fragments.held_bytes, Whole{65536, 1 << 28});
}

template <typename V>
void describe(V &v, typename V::template Of<Service> &service) {
    v.required("name", service.name, Name{});
    v.required("address", service.address, HostAddress{});
    v.optional("port", service.port, kPort);
    v.optional("protocol", service.protocol, OneOf{kProtocols});
    v.required("pool", service.pool, Reference{});
    v.optional("method_pools", service.method_pools, ListOfObjects{0, SS_METHODS});
    v.optional("vip_interface", service.vip_interface, Maybe{InterfaceName{}});
}

template <typename V>
void describe(V &v, typename V::template Of<VlanTag> &tag) {
    v.required("name", tag.name, InterfaceName{});
    v.required("id", tag.id, Whole{1, 4094});
}

template <typename V>
void describe(V &v, typename V::template Of<Config> &config) {
    v.required("interfaces", config.interfaces, ListOfObjects{1, SS_MAX_PORTS});
    v.optional("vlan_tags", config.vlan_tags, ListOfObjects{0, SS_MAX_PORTS});
    v.optional("pin_dir", config.pin_dir, AbsolutePath{});
    v.optional("state_dir", config.state_dir, AbsolutePath{});
    v.optional("api", config.api, Object{});
    v.optional("log_level", config.log_level, OneOf{kLogLevels});
    v.optional("on_exit", config.on_exit, OneOf{kOnExit});
    v.optional("calls", config.call_capacity,
               ObjectOfOne{"capacity", Whole{SS_MIN_CALLS, SS_MAX_CALLS}});
    v.optional("fragments", config.fragments, Object{});
    v.required("pools", config.pools, ListOfObjects{0, SS_MAX_POOLS});
    v.required("services", config.services, ListOfObjects{0, SS_MAX_SERVICES});
}

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
//
// The configuration file, field by field: name, member, rule. Reading, writing and the refusal of
// unknown fields all follow from these lists (object.hpp); what takes more than one field to see
// is in checks.cpp.
#pragma once

#include "config/model.hpp"
#include "config/object.hpp"
#include "config/rules.hpp"

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
inline constexpr Choice<Scheduler> kSchedulers[] = {{"hash", Scheduler::Hash}};
inline constexpr const char *kLaterSchedulers[] = {"round-robin", "weighted-round-robin",
                                                   "least-calls", "source"};
inline constexpr Choice<NoCallId> kNoCallId[] = {{"steer-by-source", NoCallId::SteerBySource},
                                                 {"pass", NoCallId::Pass},
                                                 {"drop", NoCallId::Drop}};
inline constexpr Choice<ProbeType> kProbeTypes[] = {{"none", ProbeType::None},
                                                    {"options", ProbeType::Options}};
inline constexpr Choice<Admin> kAdmin[] = {{"enabled", Admin::Enabled},
                                           {"disabled", Admin::Disabled}};
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
inline constexpr Duration kLifetime{std::chrono::seconds(1), std::chrono::hours(19)};
static_assert(std::chrono::nanoseconds(kLifetime.most).count() <
                  static_cast<std::int64_t>(SS_MAX_LIFETIME_TICKS) << SS_TICK_SHIFT,
              "every lifetime can be told from its age");
inline constexpr std::size_t kSocketPathBytes = 107; // sun_path, less the closing NUL

template <typename V>
void describe(V &v, typename V::template Of<Interface> &interface) {
    v.required("name", interface.name, InterfaceName{});
    v.optional("mode", interface.mode, OneOf{kXdpModes});
}

template <typename V>
void describe(V &v, typename V::template Of<Api> &api) {
    v.optional("socket", api.socket, AbsolutePath{kSocketPathBytes});
    v.optional("socket_mode", api.socket_mode, FileMode{});
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
void describe(V &v, typename V::template Of<Probe> &probe) {
    using namespace std::chrono_literals;
    v.optional("type", probe.type, OneOf{kProbeTypes});
    v.optional("interval", probe.interval, Duration{100ms, 1h});
    v.optional("timeout", probe.timeout, Duration{10ms, 1h});
    v.optional("rise", probe.rise, Whole{1, 100});
    v.optional("fall", probe.fall, Whole{1, 100});
}

template <typename V>
void describe(V &v, typename V::template Of<Server> &server) {
    v.required("name", server.name, Name{});
    v.required("address", server.address, HostAddress{});
    v.optional("port", server.port, kPort);
    v.optional("weight", server.weight, Whole{0, 65535});
    v.optional("admin", server.admin, OneOf{kAdmin});
}

template <typename V>
void describe(V &v, typename V::template Of<Pool> &pool) {
    v.required("name", pool.name, Name{});
    v.optional("mode", pool.mode, OneOf{kPoolModes});
    v.optional("scheduler", pool.scheduler, OneOf{kSchedulers, kLaterSchedulers});
    v.optional("no_call_id", pool.no_call_id, OneOf{kNoCallId});
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

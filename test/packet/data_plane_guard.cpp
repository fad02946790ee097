// SPDX-License-Identifier: Apache-2.0
//
// The guard's maps.
#include "program.hpp"

#include <sipsteer/guard.h>

#include <algorithm>

namespace sipsteer::test {

namespace {

ss_guard_key guard_key(std::string_view address, __u32 bits, __u32 scope) {
    const bool ipv4 = address.find(':') == std::string_view::npos;
    ss_guard_key key = {};
    key.bits = SS_GUARD_SCOPE_BITS + bits + (ipv4 ? 96 : 0);
    key.scope = scope;
    const auto bytes = mapped_address(address);
    std::copy(bytes.begin(), bytes.end(), key.address);
    return key;
}

ss_guard_source guard_source(std::string_view address, __u32 service, ss_guard_limit_of of) {
    ss_guard_source name = {};
    const auto bytes = mapped_address(address);
    std::copy(bytes.begin(), bytes.end(), name.address);
    name.service = static_cast<__u16>(service);
    name.of = static_cast<__u16>(of);
    return name;
}

} // namespace

void DataPlane::guard(std::string_view address, __u32 bits, ss_guard_action action, __u32 scope) {
    ss_guard rule = {};
    rule.action = action;
    update(Program::get().maps().guard, guard_key(address, bits, scope), rule);
}

__u64 DataPlane::guard_packets(std::string_view address, __u32 bits, __u32 scope) const {
    const ss_guard_key key = guard_key(address, bits, scope);
    ss_guard rule = {};
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().guard), &key, &rule), "guard");
    return rule.packets;
}

ss_guard_counters DataPlane::guard_counters(__u32 service) const {
    ss_guard_counters total = {};
    for (const auto &value :
         per_cpu<ss_guard_counters>(Program::get().maps().guard_counters, service)) {
        total.denied += value.denied;
        total.observed += value.observed;
        total.limited += value.limited;
        total.limited_observed += value.limited_observed;
        total.refused += value.refused;
        total.refused_observed += value.refused_observed;
        total.scanned += value.scanned;
        total.scanned_observed += value.scanned_observed;
    }
    return total;
}

void DataPlane::guard_limits(__u32 service, const ss_guard_limits &limits) {
    update(Program::get().maps().guard_limits, service, limits);
}

__u64 DataPlane::malformed(std::string_view address, __u32 service) const {
    const auto name = guard_source(address, service, SS_GUARD_LIMIT_ADDRESS);
    ss_guard_malformed counted = {};
    (void)bpf_map_lookup_elem(fd_of(Program::get().maps().guard_malformed), &name, &counted);
    return counted.packets;
}

void DataPlane::age_known(std::string_view address, __u32 service, __u32 ticks) {
    const auto name = guard_source(address, service, SS_GUARD_LIMIT_KNOWN);
    __u32 last = 0;
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().guard_known), &name, &last), "known");
    last = (now() - ticks) & SS_TICK_MASK;
    update(Program::get().maps().guard_known, name, last);
}

ss_guard_limits scanners(const std::vector<std::string> &user_agents) {
    ss_guard_limits limits = {};
    limits.known_for = 1000;
    limits.in_use = 1;
    limits.agents = static_cast<__u8>(user_agents.size());
    for (std::size_t i = 0; i < user_agents.size(); i++) {
        std::memcpy(limits.agent[i].text, user_agents[i].data(), user_agents[i].size());
        std::memset(limits.agent[i].mask, 0xff, user_agents[i].size());
    }
    return limits;
}

} // namespace sipsteer::test

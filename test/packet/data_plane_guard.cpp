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
    }
    return total;
}

void DataPlane::guard_limits(__u32 service, const ss_guard_limits &limits) {
    update(Program::get().maps().guard_limits, service, limits);
}

} // namespace sipsteer::test

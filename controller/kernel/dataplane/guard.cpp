// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/guard.hpp"

#include "kernel/dataplane/map_access.hpp"
#include "kernel/dataplane/per_cpu.hpp"

namespace sipsteer::dataplane {

namespace {

constexpr std::uint32_t kGuardBatch = 4096; // entries read with one system call

} // namespace

Result<std::vector<std::pair<ss_guard_key, ss_guard>>> read_guard(const Maps &maps) {
    std::vector<std::pair<ss_guard_key, ss_guard>> all;
    std::vector<ss_guard_key> keys(kGuardBatch);
    std::vector<ss_guard> values(kGuardBatch);
    ss_guard_key place{}; // where the next batch begins
    void *from = nullptr;
    for (bool more = true; more;) {
        std::uint32_t count = kGuardBatch;
        more = bpf_map_lookup_batch(maps.guard(), from, &place, keys.data(), values.data(), &count,
                                    nullptr) == 0;
        if (!more && errno != ENOENT) {
            return system_error("cannot read map guard");
        }
        from = &place;
        for (std::uint32_t i = 0; i < count; i++) {
            all.emplace_back(keys[i], values[i]);
        }
    }
    return all;
}

std::uint64_t read_guard_packets(const Maps &maps, const ss_guard_key &key) {
    const auto value = read_value<ss_guard>(maps.guard(), key);
    return value ? value->packets : 0;
}

ss_guard_counters read_guard_counters(const Maps &maps, std::uint16_t service) {
    ss_guard_counters sum{};
    for (const auto &value : read_per_cpu<ss_guard_counters>(maps.guard_counters(), service)) {
        sum.denied += value.denied;
        sum.observed += value.observed;
        sum.limited += value.limited;
        sum.limited_observed += value.limited_observed;
    }
    return sum;
}

void clear_guard_counters(const Maps &maps, std::uint16_t service) {
    clear_per_cpu<ss_guard_counters>(maps.guard_counters(), service);
}

} // namespace sipsteer::dataplane

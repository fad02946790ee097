// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/guard.hpp"

#include "kernel/dataplane/map_access.hpp"
#include "kernel/dataplane/per_cpu.hpp"

#include <string>

namespace sipsteer::dataplane {

namespace {

constexpr std::uint32_t kGuardBatch = 4096; // entries read with one system call

/// All of a map, by many entries at once. Place: what says where the next batch begins, the key of
/// a trie, a number of a hash.
template <typename Place, typename Key, typename Value>
Result<std::vector<std::pair<Key, Value>>> read_batches(int map, const std::string &name) {
    std::vector<std::pair<Key, Value>> all;
    std::vector<Key> keys(kGuardBatch);
    std::vector<Value> values(kGuardBatch);
    Place place{};
    void *from = nullptr;
    for (bool more = true; more;) {
        std::uint32_t count = kGuardBatch;
        more = bpf_map_lookup_batch(map, from, &place, keys.data(), values.data(), &count,
                                    nullptr) == 0;
        if (!more && errno != ENOENT) {
            return system_error("cannot read map " + name);
        }
        from = &place;
        for (std::uint32_t i = 0; i < count; i++) {
            all.emplace_back(keys[i], values[i]);
        }
    }
    return all;
}

} // namespace

Result<std::vector<std::pair<ss_guard_key, ss_guard>>> read_guard(const Maps &maps) {
    return read_batches<ss_guard_key, ss_guard_key, ss_guard>(maps.guard(), "guard");
}

Result<std::vector<std::pair<ss_guard_source, ss_guard_malformed>>>
read_guard_malformed(const Maps &maps) {
    return read_batches<std::uint32_t, ss_guard_source, ss_guard_malformed>(maps.guard_malformed(),
                                                                            "guard_malformed");
}

std::uint64_t read_guard_packets(const Maps &maps, const ss_guard_key &key) {
    const auto value = read_value<ss_guard>(maps.guard(), key);
    return value ? value->packets : 0;
}

std::optional<std::uint32_t> read_guard_known(const Maps &maps, const ss_guard_source &source) {
    return read_value<std::uint32_t>(maps.guard_known(), source);
}

ss_guard_counters read_guard_counters(const Maps &maps, std::uint16_t service) {
    ss_guard_counters sum{};
    for (const auto &value : read_per_cpu<ss_guard_counters>(maps.guard_counters(), service)) {
        sum.denied += value.denied;
        sum.observed += value.observed;
        sum.limited += value.limited;
        sum.limited_observed += value.limited_observed;
        sum.refused += value.refused;
        sum.refused_observed += value.refused_observed;
        sum.scanned += value.scanned;
        sum.scanned_observed += value.scanned_observed;
    }
    return sum;
}

void clear_guard_counters(const Maps &maps, std::uint16_t service) {
    clear_per_cpu<ss_guard_counters>(maps.guard_counters(), service);
}

} // namespace sipsteer::dataplane

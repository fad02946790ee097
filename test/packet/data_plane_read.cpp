// SPDX-License-Identifier: Apache-2.0
//
// The counters, the call table, and what was handed over to be answered.
#include "program.hpp"

namespace sipsteer::test {

__u64 DataPlane::packets(ss_reason reason) const {
    __u64 total = 0;
    for (__u32 verdict = 0; verdict < SS_VERDICTS; verdict++) {
        const auto values =
            per_cpu<ss_traffic>(Program::get().maps().reasons,
                                ss_reason_index(reason, static_cast<ss_verdict>(verdict)));
        total += sum(values.data(), values.size()).packets;
    }
    return total;
}

ss_traffic DataPlane::service_traffic(__u32 id) const {
    const auto values = per_cpu<ss_traffic>(Program::get().maps().service_traffic, id);
    return sum(values.data(), values.size());
}

ss_server_counters DataPlane::server_counters(__u32 index) const {
    ss_server_counters total = {};
    for (const auto &value :
         per_cpu<ss_server_counters>(Program::get().maps().server_counters, index)) {
        total.sent.packets += value.sent.packets;
        total.sent.bytes += value.sent.bytes;
        total.new_calls += value.new_calls;
        total.rehomed += value.rehomed;
        total.refused += value.refused;
    }
    return total;
}

__u64 DataPlane::messages(__u32 service, ss_method method) const {
    __u64 total = 0;
    for (const __u64 value :
         per_cpu<__u64>(Program::get().maps().methods, ss_method_index(service, method))) {
        total += value;
    }
    return total;
}

std::vector<Entry> DataPlane::entries() const {
    std::vector<Entry> entries;
    for (__u32 bucket = 0; bucket < Program::get().buckets(); bucket++) {
        ss_bucket value;
        must(bpf_map_lookup_elem(fd_of(Program::get().maps().calls), &bucket, &value), "calls");
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            if (value.entry[slot] != 0) {
                entries.push_back({value.entry[slot], bucket, slot});
            }
        }
    }
    return entries;
}

std::optional<Entry> DataPlane::entry(std::uint64_t hash, __u32 pool) const {
    const __u64 position = ss_call_position(hash, pool);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 buckets = Program::get().buckets();
    const __u32 first = ss_call_first_bucket(position, buckets);
    const __u32 other = ss_call_other_bucket(first, tag, buckets);
    for (const Entry &entry : entries()) {
        if (ss_call_tag(entry.value) == tag && (entry.bucket == first || entry.bucket == other)) {
            return entry;
        }
    }
    return std::nullopt;
}

__u16 DataPlane::birth(const Entry &entry) const {
    ss_births value = {};
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().births), &entry.bucket, &value), "births");
    return value.tick[entry.slot];
}

__u32 DataPlane::attempt(const Entry &entry) const {
    ss_births value = {};
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().births), &entry.bucket, &value), "births");
    return value.attempt[entry.slot];
}

void DataPlane::write_birth(__u32 bucket, __u32 slot, __u16 tick, __u32 attempt) {
    ss_births value = {};
    bpf_map *map = Program::get().maps().births;
    must(bpf_map_lookup_elem(fd_of(map), &bucket, &value), "births");
    value.tick[slot] = tick;
    value.attempt[slot] = attempt;
    update(map, bucket, value);
}

void DataPlane::forget_calls() {
    Program &program = Program::get();
    if (program.take_fresh()) {
        return;
    }
    clear_hash(program.maps().flows);
    clear_hash(program.maps().attempts);
    clear_array(program.maps().calls, program.buckets());
    clear_array(program.maps().births, program.buckets());
    clear_array(program.maps().calls_before, kBucketsBefore);
    clear_array(program.maps().births_before, kBucketsBefore);
}

void DataPlane::write_entry(__u32 bucket, __u32 slot, __u64 value) {
    bpf_map *map = Program::get().maps().calls;
    ss_bucket all;
    must(bpf_map_lookup_elem(fd_of(map), &bucket, &all), "calls");
    all.entry[slot] = value;
    update(map, bucket, all);
}

__u32 DataPlane::now() {
    return static_cast<__u32>(coarse_ns() >> SS_TICK_SHIFT) & SS_TICK_MASK;
}

__u64 DataPlane::now_ns() {
    return coarse_ns();
}

std::vector<Rejected> DataPlane::rejected() {
    Program::get().read_rejects();
    return std::exchange(Program::get().rejected, {});
}

} // namespace sipsteer::test

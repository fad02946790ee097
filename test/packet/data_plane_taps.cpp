// SPDX-License-Identifier: Apache-2.0
//
// The table before it was resized, what was counted of calls, and the taps.
#include "program.hpp"

namespace sipsteer::test {

void DataPlane::write_entry_before(__u32 bucket, __u32 slot, __u64 value, __u16 birth,
                                   __u32 attempt) {
    auto &maps = Program::get().maps();
    ss_bucket all;
    ss_births births;
    must(bpf_map_lookup_elem(fd_of(maps.calls_before), &bucket, &all), "calls_before");
    must(bpf_map_lookup_elem(fd_of(maps.births_before), &bucket, &births), "births_before");
    all.entry[slot] = value;
    births.tick[slot] = birth;
    births.attempt[slot] = attempt;
    update(maps.calls_before, bucket, all);
    update(maps.births_before, bucket, births);
}

__u64 DataPlane::entry_before(__u32 bucket, __u32 slot) const {
    ss_bucket all;
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().calls_before), &bucket, &all),
         "calls_before");
    return all.entry[slot];
}

ss_call_counters DataPlane::call_counters(__u32 pool) const {
    ss_call_counters total = {};
    for (const auto &value : per_cpu<ss_call_counters>(Program::get().maps().call_counters, pool)) {
        for (std::size_t i = 0; i < SS_CALL_EVENTS; i++) {
            total.event[i] += value.event[i];
        }
        for (std::size_t i = 0; i < SS_CALL_STATES; i++) {
            total.displaced[i] += value.displaced[i];
        }
        total.expired += value.expired;
        total.no_room += value.no_room;
    }
    return total;
}

ss_tap DataPlane::any_packet() {
    ss_tap tap = {};
    tap.on = 1;
    tap.snap = SS_TAP_FRAME;
    tap.server = SS_TAP_ANY;
    tap.reason = SS_TAP_ANY;
    tap.sample = 0xffffffff;
    return tap;
}

void DataPlane::tap(ss_tap_kind kind, ss_tap tap) {
    const __u32 zero = 0;
    ss_taps taps;
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().taps), &zero, &taps), "taps");
    taps.tap[kind] = tap;
    update(Program::get().maps().taps, zero, taps);
}

std::vector<Tapped> DataPlane::tapped() {
    Program::get().read_tapped();
    return std::exchange(Program::get().tapped, {});
}

__u64 DataPlane::tap_dropped(ss_tap_kind kind) const {
    __u64 total = 0;
    for (const __u64 value : per_cpu<__u64>(Program::get().maps().tap_dropped, __u32{kind})) {
        total += value;
    }
    return total;
}

} // namespace sipsteer::test

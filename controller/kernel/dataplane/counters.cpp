// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/counters.hpp"

#include "base/fd.hpp"
#include "kernel/dataplane/guard.hpp"
#include "kernel/dataplane/map_access.hpp"
#include "kernel/dataplane/per_cpu.hpp"

#include <sipsteer/pool.h>

#include <bpf/bpf.h>

namespace sipsteer::dataplane {

namespace {

void add(ss_traffic &sum, const ss_traffic &value) {
    sum.packets += value.packets;
    sum.bytes += value.bytes;
}

ss_traffic read_traffic(int map, std::uint32_t key) {
    ss_traffic sum{};
    for (const auto &value : read_per_cpu<ss_traffic>(map, key)) {
        add(sum, value);
    }
    return sum;
}

} // namespace

ss_traffic read_service_traffic(const Maps &maps, std::uint16_t index) {
    return read_traffic(maps.service_traffic(), index);
}

ss_server_counters read_server_counters(const Maps &maps, std::uint16_t index) {
    ss_server_counters sum{};
    for (const auto &value : read_per_cpu<ss_server_counters>(maps.server_counters(), index)) {
        add(sum.sent, value.sent);
        sum.new_calls += value.new_calls;
        sum.rehomed += value.rehomed;
        sum.refused += value.refused;
    }
    return sum;
}

ss_call_counters read_call_counters(const Maps &maps, std::uint16_t pool) {
    ss_call_counters sum{};
    for (const auto &value : read_per_cpu<ss_call_counters>(maps.call_counters(), pool)) {
        for (std::uint32_t event = 0; event < SS_CALL_EVENTS; event++) {
            sum.event[event] += value.event[event];
        }
        for (std::uint32_t state = 0; state < SS_CALL_STATES; state++) {
            sum.displaced[state] += value.displaced[state];
        }
        sum.expired += value.expired;
        sum.no_room += value.no_room;
    }
    return sum;
}

std::uint64_t read_turn(const Maps &maps, std::uint16_t pool) {
    const auto load = read_value<ss_pool_load>(maps.pool_load(), std::uint32_t{pool});
    return load ? load->turn : 0;
}

std::uint64_t read_tap_dropped(const Maps &maps, ss_tap_kind tap) {
    std::uint64_t sum = 0;
    for (const auto count : read_per_cpu<std::uint64_t>(maps.tap_dropped(), tap)) {
        sum += count;
    }
    return sum;
}

ReasonCounters read_reasons(const Maps &maps) {
    ReasonCounters counters{};
    for (std::uint32_t i = 0; i < counters.size(); i++) {
        counters[i] = read_traffic(maps.reasons(), i);
    }
    return counters;
}

std::uint64_t read_messages(const Maps &maps, std::uint16_t service, std::uint32_t method) {
    std::uint64_t sum = 0;
    for (const auto count :
         read_per_cpu<std::uint64_t>(maps.methods(), ss_method_index(service, method))) {
        sum += count;
    }
    return sum;
}

const char *method_label(std::uint32_t method) {
    switch (method) {
#define SS_METHOD_LABEL(number, constant, label)                                                   \
    case number:                                                                                   \
        return label;
        SS_METHOD_LIST(SS_METHOD_LABEL)
#undef SS_METHOD_LABEL
    default:
        return "unknown";
    }
}

std::vector<std::uint64_t> packets_by_cpu(const std::string &pin_dir) {
    const Fd reasons(bpf_obj_get((maps_directory(pin_dir) + "/reasons").c_str()));
    if (!reasons) {
        return {};
    }
    std::vector<std::uint64_t> packets(cpu_count());
    for (std::uint32_t key = 0; key < SS_REASON_COUNT * SS_VERDICTS; key++) {
        const auto values = read_per_cpu<ss_traffic>(reasons.get(), key);
        for (std::size_t cpu = 0; cpu < values.size(); cpu++) {
            packets[cpu] += values[cpu].packets;
        }
    }
    return packets;
}

void clear_server_counters(const Maps &maps, std::uint16_t index) {
    clear_per_cpu<ss_server_counters>(maps.server_counters(), index);
}

void clear_pool_counters(const Maps &maps, std::uint16_t index) {
    clear_per_cpu<ss_call_counters>(maps.call_counters(), index);
    (void)write_value(maps.pool_load(), std::uint32_t{index}, ss_pool_load{}, "pool_load");
}

void clear_service_traffic(const Maps &maps, std::uint16_t index) {
    clear_per_cpu<ss_traffic>(maps.service_traffic(), index);
    clear_guard_counters(maps, index);
    for (std::uint32_t method = 0; method < SS_METHODS; method++) {
        clear_per_cpu<std::uint64_t>(maps.methods(), ss_method_index(index, method));
    }
}

const char *call_event_name(std::uint32_t event) {
    switch (event) {
#define SS_CALL_EVENT_NAME(number, constant, name)                                                 \
    case number:                                                                                   \
        return name;
        SS_CALL_EVENT_LIST(SS_CALL_EVENT_NAME)
#undef SS_CALL_EVENT_NAME
    default:
        return "unknown";
    }
}

const char *reason_label(std::uint32_t reason) {
    switch (reason) {
#define SS_REASON_LABEL(number, constant, label, text)                                             \
    case number:                                                                                   \
        return label;
        SS_REASONS(SS_REASON_LABEL)
#undef SS_REASON_LABEL
    default:
        return "unknown";
    }
}

const char *reason_text(std::uint32_t reason) {
    switch (reason) {
#define SS_REASON_TEXT(number, constant, label, text)                                              \
    case number:                                                                                   \
        return text;
        SS_REASONS(SS_REASON_TEXT)
#undef SS_REASON_TEXT
    default:
        return "unknown";
    }
}

const char *verdict_label(std::uint32_t verdict) {
    switch (verdict) {
#define SS_VERDICT_LABEL(number, constant, label)                                                  \
    case number:                                                                                   \
        return label;
        SS_VERDICT_LIST(SS_VERDICT_LABEL)
#undef SS_VERDICT_LABEL
    default:
        return "unknown";
    }
}

} // namespace sipsteer::dataplane

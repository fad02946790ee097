// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/dataplane/maps.hpp"

#include <sipsteer/counters.h>
#include <sipsteer/method.h>
#include <sipsteer/reason.h>
#include <sipsteer/tap.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sipsteer::dataplane {

/// Counters summed over all CPUs; zeros if they cannot be read.
ss_traffic read_service_traffic(const Maps &maps, std::uint16_t index);
ss_server_counters read_server_counters(const Maps &maps, std::uint16_t index);

/// What became of a pool's calls, by its index.
ss_call_counters read_call_counters(const Maps &maps, std::uint16_t pool);

/// Frames that a tap could not show.
std::uint64_t read_tap_dropped(const Maps &maps, ss_tap_kind tap);

/// Messages of a service by method (enum ss_method).
std::uint64_t read_messages(const Maps &maps, std::uint16_t service, std::uint32_t method);
const char *method_label(std::uint32_t method);

/// The next turn of a pool (ss_pool_load); 0 if it cannot be read.
std::uint64_t read_turn(const Maps &maps, std::uint16_t pool);

/// By ss_reason_index().
using ReasonCounters = std::array<ss_traffic, SS_REASON_COUNT * SS_VERDICTS>;
ReasonCounters read_reasons(const Maps &maps);

/// Packets that each CPU has handled, by the maps pinned below a pin directory; empty if they
/// cannot be read.
std::vector<std::uint64_t> packets_by_cpu(const std::string &pin_dir);

/// Before an index is given to another server, pool or service.
void clear_server_counters(const Maps &maps, std::uint16_t index);
void clear_pool_counters(const Maps &maps, std::uint16_t index);
void clear_service_traffic(const Maps &maps, std::uint16_t index);

/// "call_new" (call_event.h).
const char *call_event_name(std::uint32_t event);

const char *reason_label(std::uint32_t reason);
const char *reason_text(std::uint32_t reason);
const char *verdict_label(std::uint32_t verdict);

} // namespace sipsteer::dataplane

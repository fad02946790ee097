// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/call_events.hpp"
#include "kernel/dataplane/maps.hpp"
#include "kernel/rings/taps.hpp"

namespace sipsteer::calls {

/// The tap of the program that steers.
class PlaneTap final : public CallTap {
public:
    /// Both must outlive this.
    PlaneTap(rings::Taps &taps, const dataplane::Maps &maps) : taps_(taps), maps_(maps) {}

    Status set(const ss_tap &value) override { return taps_.set(SS_TAP_CALLS, value); }
    std::uint64_t dropped() const override { return taps_.dropped(SS_TAP_CALLS); }
    std::uint32_t buckets() const override { return maps_.table().buckets(); }

private:
    rings::Taps &taps_;
    const dataplane::Maps &maps_;
};

} // namespace sipsteer::calls

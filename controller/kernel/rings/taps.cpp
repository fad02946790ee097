// SPDX-License-Identifier: Apache-2.0
#include "kernel/rings/taps.hpp"

#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <cstring>
#include <utility>

namespace sipsteer::rings {

Taps::Taps(boost::asio::io_context &io, const dataplane::Maps &maps)
    : maps_(maps),
      ring_(io, maps.tapped(), [this](const ss_tapped &tapped, std::string_view frame) {
          for (std::size_t tap = 0; tap < SS_TAPS; ++tap) {
              if ((tapped.taps & (1U << tap)) != 0 && takers_[tap]) {
                  takers_[tap](tapped, frame);
              }
          }
      }) {}

Taps::~Taps() {
    value_ = {};
    (void)write();
}

void Taps::set_taker(ss_tap_kind tap, Ring::Take take) {
    takers_[tap] = std::move(take);
}

Status Taps::start() {
    if (auto written = write(); !written) {
        return written;
    }
    return ring_.start();
}

Status Taps::set(ss_tap_kind tap, const ss_tap &value) {
    if (std::memcmp(&value_.tap[tap], &value, sizeof(value)) == 0) {
        return Done{};
    }
    value_.tap[tap] = value;
    return write();
}

std::uint64_t Taps::dropped(ss_tap_kind tap) const {
    return dataplane::read_tap_dropped(maps_, tap);
}

Status Taps::write() const {
    return dataplane::write_value(maps_.taps(), std::uint32_t{0}, value_, "taps");
}

} // namespace sipsteer::rings

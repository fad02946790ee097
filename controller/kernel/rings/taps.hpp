// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/dataplane/maps.hpp"
#include "kernel/rings/ring.hpp"

#include <array>

namespace sipsteer::rings {

/// The data plane's taps: what it shows, and who takes it. All are off when this begins, whatever
/// an earlier run has left, and when it goes.
class Taps {
public:
    /// `maps` must outlive this.
    Taps(boost::asio::io_context &io, const dataplane::Maps &maps);
    ~Taps();
    Taps(const Taps &) = delete;
    Taps &operator=(const Taps &) = delete;

    /// Who takes what a tap shows. Before start().
    void set_taker(ss_tap_kind tap, Ring::Take take);

    Status start();

    /// What a tap shows from now on; what it has shown before may still come.
    Status set(ss_tap_kind tap, const ss_tap &value);

    /// Takes what was shown up to now, as far as it is not too much at once.
    void read() { ring_.read(); }

    /// Frames that found no room on the way here, since the maps were made.
    std::uint64_t dropped(ss_tap_kind tap) const;

private:
    Status write() const;

    const dataplane::Maps &maps_;
    ss_taps value_{};
    std::array<Ring::Take, SS_TAPS> takers_;
    Ring ring_;
};

} // namespace sipsteer::rings

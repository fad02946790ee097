// SPDX-License-Identifier: Apache-2.0
#include "daemon/handed_over.hpp"

namespace sipsteer::daemon {

HandedOver::HandedOver(boost::asio::io_context &io, events::Hub &hub,
                       const config::Fragments &bounds, Steering &steering)
    : steering_(steering), holder_(io, steering.maps(), bounds),
      rejecter_(io, steering.maps().rejects(), steering.secret(),
                [&steering](std::uint32_t pool) { return steering.retry_after(pool); }),
      taps_(io, steering.maps()), plane_tap_(taps_, steering.maps()),
      call_events_(plane_tap_, hub,
                   [&steering](std::uint16_t index) { return steering.farm().server_name(index); }),
      tracing_(io.get_executor(), taps_, steering.farm(), steering.attachments(),
               steering.secret()) {
    taps_.set_taker(SS_TAP_CALLS, [this](const ss_tapped &tapped, std::string_view frame) {
        call_events_.take(tapped, frame);
    });
    steering_.sweeping().set_on_removed(
        [this](const calls::Placed &entry) { call_events_.note_expired(entry); });
    steering_.rehomes().set_tell([this](const calls::Placed &call, std::uint16_t to) {
        return call_events_.note_rehomed(call, to);
    });
    holder_.set_watch([this](const fragments::Settled &settled) { tracing_.note(settled); });
}

HandedOver::~HandedOver() {
    steering_.sweeping().set_on_removed({});
    steering_.rehomes().set_tell({});
}

Status HandedOver::start() {
    if (auto done = holder_.start(); !done) {
        return done;
    }
    if (auto done = rejecter_.start(); !done) {
        return done;
    }
    return taps_.start();
}

} // namespace sipsteer::daemon

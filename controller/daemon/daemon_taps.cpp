// SPDX-License-Identifier: Apache-2.0
//
// The daemon's taps, and what they know of its farm: the names of what is shown.
#include "daemon/daemon.hpp"

#include <algorithm>

namespace sipsteer::daemon {

Status Daemon::open_taps() {
    taps_ = std::make_unique<rings::Taps>(io_, *maps_);
    call_events_ = std::make_unique<calls::CallEvents>(
        calls::CallEvents::Tap{
            [this](const ss_tap &value) { return taps_->set(SS_TAP_CALLS, value); },
            [this] { return taps_->dropped(SS_TAP_CALLS); },
            [this] { return maps_->table().buckets(); }},
        hub_, [this](std::uint16_t index) { return farm_->server_name(index); });
    taps_->set_taker(SS_TAP_CALLS, [this](const ss_tapped &tapped, std::string_view frame) {
        call_events_->take(tapped, frame);
    });
    sweeping_->set_on_removed(
        [this](const calls::Placed &entry) { call_events_->note_expired(entry); });
    rehomes_.set_tell([this](const calls::Placed &call, std::uint16_t to) {
        return call_events_->note_rehomed(call, to);
    });
    tracing_ = std::make_unique<api::Tracing>(io_.get_executor(), *taps_, traced_world());
    holder_->set_watch([this](const fragments::Settled &settled) { tracing_->note(settled); });
    return taps_->start();
}

api::TapNames Daemon::tap_names() {
    return {[this](const std::string &name) -> std::optional<std::uint16_t> {
                const auto *server =
                    status::find_if(farm_->plan().servers,
                                    [&](const auto &planned) { return planned.id.name() == name; });
                return server != nullptr ? std::optional(server->index) : std::nullopt;
            },
            [this] { return map_options_.secret; }};
}

api::Tracing::World Daemon::traced_world() {
    api::Tracing::World world;
    world.names.tap = tap_names();
    world.names.server = [this](std::uint16_t index) { return farm_->server_name(index); };
    world.names.pool = [this](std::uint16_t index) {
        const auto *pool = status::find_if(farm_->plan().pools,
                                           [&](const auto &item) { return item.index == index; });
        return pool != nullptr ? pool->name : std::string();
    };
    world.names.service = [this](std::uint16_t index) {
        const auto *service = status::find_if(farm_->plan().services, [&](const auto &item) {
            return !item.is_marker() && item.value.id == index;
        });
        return service != nullptr ? service->name : std::string();
    };
    world.interfaces = [this] {
        std::vector<api::TracedInterface> interfaces;
        for (const auto &attachment : attachments_) {
            interfaces.push_back({attachment.ifindex, attachment.interface});
        }
        return interfaces;
    };
    world.by_call_id = [this] {
        const auto &pools = farm_->plan().pools;
        return std::all_of(pools.begin(), pools.end(),
                           [](const auto &pool) { return pool.value.key == SS_KEY_CALL_ID; });
    };
    return world;
}

} // namespace sipsteer::daemon

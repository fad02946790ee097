// SPDX-License-Identifier: Apache-2.0
#include "daemon/steering.hpp"

#include "base/log.hpp"
#include "calls/clock.hpp"
#include "kernel/dataplane/counters.hpp"

#include <utility>

namespace sipsteer::daemon {

Steering::Steering(boost::asio::io_context &io, const config::Config &config, Foundation foundation,
                   plan::Indexes indexes, std::function<void()> on_pass,
                   std::function<void()> on_move)
    : config_(config), locks_(std::move(foundation.locks)),
      map_options_(std::move(foundation.map_options)), maps_(std::move(foundation.maps)),
      farm_(maps_, std::move(indexes), config.state_dir),
      keeper_(io, config, map_options_, maps_,
              [this, on_move = std::move(on_move)] {
                  farm_.distrust(); // the kernel takes an interface that goes out of the ports
                  on_move();
              }),
      sweeping_(io, calls::call_tables(maps_), maps_.server_load(), std::move(on_pass)),
      resizing_(
          maps_, [this] { sweeping_.set_tables(calls::call_tables(maps_)); },
          [this] { return keeper_.replace_programs(); }),
      rehomes_(io, *this) {}

Status Steering::go_live(plan::Observed observed) {
    if (auto done = reconcile(std::move(observed)); !done) {
        return done;
    }
    if (auto done = keeper_.begin(); !done) {
        return done;
    }
    sweeping_.start();
    return Done{};
}

void Steering::undo() {
    const bool needed = keeper_.undo();
    if (!maps_.taken_over() && !needed) {
        (void)dataplane::remove_own_pins(config_.pin_dir);
    }
}

Status Steering::detach() {
    return keeper_.detach();
}

/// An interface is known to the configuration by the name that it had when we put something there.
Status Steering::reconcile(plan::Observed observed) {
    for (auto &link : observed.links) {
        link.name = keeper_.configured_name(link.ifindex, link.name);
    }
    if (auto done = farm_.reconcile(config_, std::move(observed)); !done) {
        return done;
    }
    sweeping_.set_plan(farm_.plan(), farm_.leaving());
    return Done{};
}

Warnings Steering::resize() {
    auto resized = resizing_.begin(config_.call_capacity);
    if (resized) {
        return std::move(*resized);
    }
    log::warn("call_capacity_kept", {{"entries", maps_.table().buckets() * SS_BUCKET_ENTRIES},
                                     {"problem", resized.error().message}});
    return {"calls.capacity: the table keeps its size: " + resized.error().message};
}

Status Steering::check(const config::Config &next) const {
    if (next.call_capacity != config_.call_capacity) { // or else what a start met stops any change
        if (auto possible = resizing_.check(next.call_capacity); !possible) {
            return Error{"calls.capacity: " + possible.error().message};
        }
    }
    return keeper_.check(next);
}

boost::asio::awaitable<Result<std::vector<plan::RingMove>>>
Steering::preview(const config::Config &next, plan::Observed observed, http::Aside &aside) {
    if (auto possible = check(next); !possible) {
        co_return possible.error();
    }
    if (auto possible = farm_.guard().check(next); !possible) {
        co_return possible.error();
    }
    std::function<Result<farm::Preview>()> make =
        [&next, input = farm_.preview_input(std::move(observed))] {
            return farm::make_preview(next, input);
        };
    auto made = co_await aside.run(std::move(make));
    if (!made) {
        co_return made.error();
    }
    farm_.keep_preview(std::move(made->plan));
    co_return std::move(made->moves);
}

void Steering::note_pass() {
    keeper_.retry_record();
    farm_.note_pass(sweeping_.totals());
    resizing_.note_pass(sweeping_.totals());
    call_alarm_.note_pass(maps_, farm_.plan());
}

farm::World Steering::world() const {
    return {calls::call_tables(maps_),
            maps_.server_load(),
            farm_.plan(),
            sweeping_.lifetimes(),
            [this](std::uint16_t index) { return farm_.server_name(index); },
            map_options_.secret,
            calls::now_tick(),
            calls::now_nanoseconds(),
            [this](std::uint16_t pool) { return dataplane::read_turn(maps_, pool); },
            &farm_.guard()};
}

api::Counted Steering::counted() const {
    const auto passed_at = sweeping_.passed_at();
    if (!passed_at) {
        return {sweeping_.totals(), std::nullopt};
    }
    const auto ago = std::chrono::steady_clock::now() - *passed_at;
    return {sweeping_.totals(), std::chrono::duration<double>(ago).count()};
}

bool Steering::is_draining(const ServerId &server) const {
    return farm_.drains().all().count(server) != 0;
}

std::chrono::seconds Steering::retry_after(std::uint32_t pool) const {
    const auto name = farm_.pool_name(static_cast<std::uint16_t>(pool));
    for (const auto &configured : config_.pools) {
        if (configured.name == name) {
            return configured.reject.retry_after;
        }
    }
    return config::Reject{}.retry_after; // a pool that has just gone
}

} // namespace sipsteer::daemon

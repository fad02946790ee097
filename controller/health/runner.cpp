// SPDX-License-Identifier: Apache-2.0
#include "health/runner.hpp"

#include "health/own_trouble.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <random>

namespace sipsteer::health {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

/// Probes of many servers should not go out together, neither at the start nor later on.
constexpr milliseconds kFirstProbeWithin{200};

/// Who says no at once (ICMP, a connection refused) is asked again soon: a port that is closed is
/// known to be in `fall` times this, not `fall` intervals, and one that was closed for a moment,
/// while the server was started again, does not take it down.
constexpr milliseconds kAgainAfter{100};

/// A probe that ends so long after its timeout: this process was stopped, or had no processor.
constexpr milliseconds kStoodStill{1000};

bool said_no(Outcome outcome) {
    return outcome == Outcome::Icmp || outcome == Outcome::Connection;
}

double random_between(double low, double high) {
    static std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(low, high)(random);
}

milliseconds scaled(milliseconds time, double by) {
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * by));
}

std::uint64_t &counter(ProbeCounters &counters, Outcome outcome) {
    switch (outcome) {
    case Outcome::Ok:
        return counters.ok;
    case Outcome::WrongCode:
        return counters.wrong_code;
    case Outcome::Icmp:
        return counters.icmp;
    case Outcome::Connection:
        return counters.connection;
    case Outcome::Local:
        return counters.local;
    case Outcome::NotSent:
        return counters.not_sent;
    case Outcome::Timeout:
        break;
    }
    return counters.timeout;
}

} // namespace

Runner::Runner(asio::io_context &io, const Place &place, config::Probe settings, Health initial,
               std::shared_ptr<const OwnTrouble> own_trouble, ClientMaker make_client,
               OnChange on_change)
    : io_(io), place_(place), settings_(std::move(settings)), own_trouble_(std::move(own_trouble)),
      make_client_(std::move(make_client)), on_change_(std::move(on_change)), pause_(io),
      client_(make_client_(place_, settings_)), state_(initial) {
    result_.changed = std::chrono::system_clock::now();
}

void Runner::start() {
    asio::co_spawn(
        io_, [self = shared_from_this()] { return self->run(); },
        [](const std::exception_ptr &failed) {
            if (failed) {
                std::rethrow_exception(failed);
            }
        });
}

void Runner::stop() {
    stopped_ = true;
    pause_.cancel();
    client_->cancel();
}

void Runner::set(const config::Probe &settings) {
    if (settings.type != settings_.type) {
        client_->cancel();
        client_ = make_client_(place_, settings);
    }
    if (settings.interval != settings_.interval || settings.type != settings_.type) {
        pause_.cancel(); // to be worked out again
    }
    settings_ = settings;
}

PathResult Runner::result() const {
    PathResult result = result_;
    static_cast<ClientCounters &>(result.counters) = client_->counters();
    result.type = settings_.type;
    result.path = place_.vip ? config::ProbePath::Dsr : config::ProbePath::Direct;
    result.to = place_.vip.value_or(place_.server);
    result.health = state_.health();
    result.reason = state_.reason();
    if (state_.health() == Health::Down && state_.held_until() > Clock::now()) {
        result.held_for =
            std::chrono::duration_cast<milliseconds>(state_.held_until() - Clock::now());
    }
    return result;
}

asio::awaitable<void> Runner::run() {
    pause_.expires_after(scaled(kFirstProbeWithin, random_between(0, 1)));
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    while (!stopped_) {
        const auto started = Clock::now();
        const auto client = client_;
        const auto outcome = co_await client->probe(settings_);
        if (stopped_) {
            co_return;
        }
        if (client != client_) {
            continue; // another type of probe now
        }
        take(outcome, started);
        const bool soon = said_no(outcome.outcome) && state_.failures() > 0;
        co_await pause(started, soon ? kAgainAfter : milliseconds::max());
    }
}

/// Until the next probe is due, but no longer than `most`. The interval may change meanwhile.
asio::awaitable<void> Runner::pause(Clock::time_point started, milliseconds most) {
    const double where = random_between(-1, 1);
    const auto client = client_;
    for (;;) {
        const auto interval = scaled(settings_.interval, 1 + where * settings_.jitter);
        const auto due = started + std::min(interval, most);
        if (stopped_ || client != client_ || Clock::now() >= due) {
            co_return;
        }
        pause_.expires_at(due);
        co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

/// This host could not reach the server meanwhile, or stood still: then the answer may lie unread.
bool Runner::is_own_trouble(Clock::time_point began) const {
    return own_trouble_->excuses(place_.hop, began) ||
           Clock::now() - began > settings_.timeout + kStoodStill;
}

void Runner::take(const ProbeOutcome &outcome, Clock::time_point began) {
    const auto before = state_.health();
    if (outcome.outcome != Outcome::Ok && is_own_trouble(began)) {
        ++counter(result_.counters, Outcome::NotSent);
        result_.last = outcome.text + ", the director's own trouble";
        return;
    }
    ++counter(result_.counters, outcome.outcome);
    result_.last = outcome.text;
    if (outcome.outcome == Outcome::NotSent) {
        warn_not_sent(outcome);
        return; // as if it had not been tried
    }
    if (outcome.rtt.count() > 0) {
        result_.rtt = outcome.rtt;
        result_.latency.note(outcome.rtt);
    }
    const bool good = outcome.outcome == Outcome::Ok;
    if (good ? state_.success(outcome.text, limits(), Clock::now())
             : state_.failure(outcome.text, limits(), Clock::now())) {
        changed(before);
    }
}

void Runner::gone(const std::string &reason) {
    const auto before = state_.health();
    if (!stopped_ && state_.gone(reason, limits(), Clock::now())) {
        changed(before);
    }
}

void Runner::changed(Health before) {
    result_.transitions += before == Health::Unknown ? 0 : 1;
    result_.changed = std::chrono::system_clock::now();
    on_change_(*this);
}

ProbeState::Limits Runner::limits() const {
    return {settings_.rise, settings_.fall, settings_.hold_down};
}

} // namespace sipsteer::health

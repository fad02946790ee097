// SPDX-License-Identifier: Apache-2.0
#include "health/prober.hpp"

#include "health/probe.hpp"
#include "health/probe_state.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
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
constexpr double kIntervalJitter = 0.1;

/// The final codes that make a server healthy.
const std::vector<unsigned> kAccepted = {200};

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
    case Outcome::Local:
        return counters.local;
    case Outcome::Timeout:
        break;
    }
    return counters.timeout;
}

} // namespace

/// Probes one server until it is stopped. Its coroutine keeps it alive.
class Prober::Runner : public std::enable_shared_from_this<Runner> {
public:
    Runner(asio::io_context &io, const Target &target, std::function<void()> on_change)
        : io_(io), target_(target), on_change_(std::move(on_change)), pause_(io),
          client_(io, target.address, target.port), state_(target.initial) {
        result_.changed = std::chrono::system_clock::now();
    }

    void start() {
        asio::co_spawn(
            io_, [self = shared_from_this()] { return self->run(); },
            [](const std::exception_ptr &failed) {
                if (failed) {
                    std::rethrow_exception(failed);
                }
            });
    }

    void stop() {
        stopped_ = true;
        pause_.cancel();
        client_.cancel();
    }

    bool is_at(const Target &target) const {
        return target_.address == target.address && target_.port == target.port;
    }

    void set(const config::Probe &settings) {
        if (settings.interval != target_.settings.interval) {
            pause_.cancel(); // to be worked out again
        }
        target_.settings = settings;
    }

    plan::Health health() const { return state_.health(); }

    TargetResult result() const {
        TargetResult result = result_;
        result.health = state_.health();
        result.reason = state_.reason();
        result.counters.sent = client_.sent();
        result.counters.unmatched = client_.unmatched();
        return result;
    }

private:
    asio::awaitable<void> run() {
        pause_.expires_after(scaled(kFirstProbeWithin, random_between(0, 1)));
        co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
        while (!stopped_) {
            const auto started = Clock::now();
            const auto outcome = co_await client_.probe(target_.settings.timeout, kAccepted);
            if (stopped_) {
                co_return;
            }
            take(outcome);
            co_await pause(started);
        }
    }

    /// Until the next probe is due. The interval may change meanwhile.
    asio::awaitable<void> pause(Clock::time_point started) {
        const double jitter = random_between(1 - kIntervalJitter, 1 + kIntervalJitter);
        for (;;) {
            const auto due = started + scaled(target_.settings.interval, jitter);
            if (stopped_ || Clock::now() >= due) {
                co_return;
            }
            pause_.expires_at(due);
            co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    void take(const ProbeOutcome &outcome) {
        ++counter(result_.counters, outcome.outcome);
        result_.last = outcome.text;
        if (outcome.rtt.count() > 0) {
            result_.rtt = outcome.rtt;
        }
        const ProbeState::Limits limits{target_.settings.rise, target_.settings.fall};
        const bool changed = outcome.outcome == Outcome::Ok ? state_.success(outcome.text, limits)
                                                            : state_.failure(outcome.text, limits);
        if (changed) {
            result_.changed = std::chrono::system_clock::now();
            on_change_();
        }
    }

    asio::io_context &io_;
    Target target_;
    std::function<void()> on_change_;
    asio::steady_timer pause_;
    OptionsClient client_;
    ProbeState state_;
    TargetResult result_;
    bool stopped_ = false;
};

Prober::Prober(asio::io_context &io, std::function<void()> on_change)
    : io_(io), on_change_(std::move(on_change)) {}

Prober::~Prober() {
    update({});
}

void Prober::update(const std::vector<Target> &targets) {
    std::map<plan::ServerId, std::shared_ptr<Runner>> runners;
    for (const auto &target : targets) {
        if (target.settings.type == config::ProbeType::None) {
            continue;
        }
        const auto known = runners_.find(target.id);
        if (known != runners_.end() && known->second->is_at(target)) {
            known->second->set(target.settings);
            runners.insert(runners_.extract(known));
        } else {
            const auto runner = std::make_shared<Runner>(io_, target, on_change_);
            runners[target.id] = runner;
            runner->start();
        }
    }
    runners.swap(runners_);
    for (const auto &[id, runner] : runners) {
        runner->stop();
    }
}

std::map<plan::ServerId, TargetResult> Prober::results() const {
    std::map<plan::ServerId, TargetResult> results;
    for (const auto &[id, runner] : runners_) {
        results.emplace(id, runner->result());
    }
    return results;
}

std::map<plan::ServerId, plan::Health> Prober::health() const {
    std::map<plan::ServerId, plan::Health> health;
    for (const auto &[id, runner] : runners_) {
        health.emplace(id, runner->health());
    }
    return health;
}

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <utility>

namespace sipsteer::daemon {

namespace asio = boost::asio;

namespace {

/// What an answer under way has left when the daemon stops.
constexpr std::chrono::milliseconds kStopGrace{200};

/// After a change of the farm the next one waits this many times as long as the change took: a few
/// milliseconds in a farm of ten servers.
constexpr int kRest = 3;

} // namespace

Daemon::PublishedLog::PublishedLog(events::Hub &hub) {
    api::publish_log(hub);
}

Daemon::PublishedLog::~PublishedLog() {
    api::stop_publishing_log();
}

Daemon::Daemon(Foundation foundation, farm::Restored restored, const OperatorFile &file,
               const Options &options)
    : signals_(io_, SIGTERM, SIGINT, SIGHUP), stop_timer_(io_), change_timer_(io_),
      reconcile_timer_(io_), config_(foundation.config), log_level_(options.log_level),
      config_control_(io_.get_executor(), options.config_file, file.hash, config_.state_dir, *this),
      steering_(
          io_, config_, std::move(foundation), std::move(restored.indexes), [this] { on_pass(); },
          [this] { schedule_reconcile(); }),
      guarding_(io_, steering_.guard()),
      watching_(io_, config_, std::move(restored.running), std::move(restored.idle),
                [this] { schedule_reconcile(); }),
      handed_over_(io_, hub_, config_.fragments, steering_),
      cluster_(config_.cluster
                   ? std::make_unique<cluster::Cluster>(io_, *config_.cluster, steering_)
                   : nullptr),
      loop_watch_(io_),
      front_(io_, {config_, condition_, hub_, config_control_, steering_, guarding_, watching_,
                   handed_over_, cluster_.get(), loop_watch_}),
      watchdog_(io_) {}

Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::start(const OperatorFile &file, const Options &options) {
    auto foundation = lay_foundation(file, options);
    if (!foundation) {
        return foundation.error();
    }
    auto restored = farm::restore(foundation->maps);
    std::unique_ptr<Daemon> daemon(
        new Daemon(std::move(*foundation), std::move(restored), file, options));
    if (auto done = daemon->go_live(); !done) {
        daemon->steering_.undo();
        daemon->front_.stop();
        return done.error();
    }
    return daemon;
}

Status Daemon::go_live() {
    (void)steering_.resize();
    if (auto done = handed_over_.start(); !done) {
        return done;
    }
    if (auto done = watching_.start(); !done) {
        return done;
    }
    if (auto done = front_.listen(); !done) {
        return done;
    }
    watching_.wait_for_next_hops();
    if (auto done = steering_.guard().offer(config_); !done) {
        return done;
    }
    if (auto done = steering_.go_live(watching_.observed()); !done) {
        return done;
    }
    steering_.guard().accept();
    guarding_.start();
    guarding_.go_on();
    handed_over_.tracing().refresh();
    await_next_change();
    condition_.live = true;
    if (cluster_) {
        cluster_->start();
    }
    watchdog_.start();
    loop_watch_.start();
    await_signal();
    return Done{};
}

void Daemon::run() {
    notify_ready("steering " + std::to_string(config_.services.size()) + " services");
    log::info("ready", {{"services", config_.services.size()}, {"pools", config_.pools.size()}});
    io_.run();
}

void Daemon::schedule_reconcile() {
    if (reconcile_due_ || !condition_.live) {
        return;
    }
    reconcile_due_ = true;
    reconcile_timer_.expires_at(rest_until_); // at once if that is past
    reconcile_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        reconcile_due_ = false;
        if (!cancelled) {
            reconcile_now();
        }
    });
}

/// A large farm whose servers fail one after the other must not keep the loop from all else.
void Daemon::reconcile_now() {
    const auto begun = std::chrono::steady_clock::now();
    const auto done = reconcile();
    const auto ended = std::chrono::steady_clock::now();
    rest_until_ = ended + kRest * (ended - begun);
    condition_.reconcile_failed = !done;
    if (!done) {
        log::error("reconcile_failed", {{"problem", done.error().message}});
    }
}

Status Daemon::reconcile() {
    if (auto done = steering_.reconcile(watching_.observed()); !done) {
        return done;
    }
    guarding_.go_on();
    handed_over_.tracing().refresh();
    await_next_change();
    return Done{};
}

void Daemon::await_next_change() {
    const auto next = steering_.farm().next_change();
    if (!next) {
        change_timer_.cancel();
        return;
    }
    change_timer_.expires_at(*next);
    change_timer_.async_wait([this](const boost::system::error_code &failed) {
        if (!failed) {
            schedule_reconcile();
        }
    });
}

void Daemon::on_pass() {
    log::flush();
    steering_.note_pass();
    guarding_.note_pass();
    handed_over_.call_events().note_losses();
    if (condition_.reconcile_failed) {
        schedule_reconcile(); // a pass takes two seconds or more
    }
}

void Daemon::await_signal() {
    signals_.async_wait([this](const boost::system::error_code &failed, int signal) {
        if (failed) {
            return;
        }
        if (signal == SIGHUP) {
            asio::co_spawn(io_, reload(), asio::detached);
            await_signal();
        } else {
            stop();
        }
    });
}

/// The service manager is told when the turn has come: it waits for one reload at a time.
asio::awaitable<void> Daemon::reload() {
    const auto turn = co_await config_control_.turn();
    if (!condition_.live) {
        co_return;
    }
    notify_reloading();
    const bool adopted = co_await config_control_.reload();
    front_.renew_certificates();
    notify_ready(adopted ? "read the configuration again"
                         : "refused the new configuration, kept the old one");
}

Status Daemon::accepts_changes() const {
    return condition_.live ? Status(Done{})
                           : Error{"the daemon is starting or stopping and accepts no changes"};
}

/// If it cannot be put in force the old one is kept.
Result<Warnings> Daemon::adopt(const config::Config &next, const std::string &from) {
    if (auto accepted = accepts_changes(); !accepted) {
        return accepted.error();
    }
    if (auto done = steering_.guard().offer(next); !done) {
        return done.error();
    }
    const auto running = steering_.farm().running();
    const auto before = std::exchange(config_, next);
    watching_.renew(running);
    if (auto done = reconcile(); !done) {
        config_ = before;
        steering_.guard().withdraw();
        watching_.renew(running);
        condition_.reconcile_failed =
            true; // some of the new one may be written: to be written over
        return done.error();
    }
    steering_.guard().accept();
    if (config_.log_level != before.log_level) { // or else one set by the API stays
        (void)log::set_level(log_level_.empty() ? config_.log_level : log_level_);
    }
    warn_about(config_);
    auto warnings = steering_.keeper().renew();
    log::info("config_in_force", {{"from", from}});
    return warnings;
}

/// The rings as they would be once new servers are up.
asio::awaitable<Result<std::vector<plan::RingMove>>> Daemon::preview(const config::Config &next,
                                                                     http::Aside &aside) {
    if (auto accepted = accepts_changes(); !accepted) {
        co_return accepted.error();
    }
    co_return co_await steering_.preview(next, watching_.observed(), aside);
}

void Daemon::stop() {
    notify_stopping();
    condition_.live = false;
    front_.stop();
    guarding_.stop();
    std::string data_plane = "the program stays attached and keeps steering";
    if (config_.on_exit == config::OnExit::Detach) {
        const auto done = steering_.detach();
        if (!done) {
            log::error("detach_failed",
                       {{"problem", done.error().message}, {"remedy", "run sipsteerd --detach"}});
        }
        data_plane = done ? "detached" : "not detached: a program may keep steering";
    }
    log::info("stopped", {{"data_plane", data_plane}});
    asio::co_spawn(io_, end_when_idle(), asio::detached);
}

/// A change that is in force already is saved first; those that wait for their turn are refused.
asio::awaitable<void> Daemon::end_when_idle() {
    const auto turn = co_await config_control_.turn();
    stop_timer_.expires_after(kStopGrace);
    boost::system::error_code cancelled;
    co_await stop_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    io_.stop();
}

} // namespace sipsteer::daemon

// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "config/warnings.hpp"
#include "daemon/api_listeners.hpp"
#include "daemon/open_files.hpp"
#include "farm/restore.hpp"
#include "farm/watched.hpp"
#include "kernel/dataplane/secret.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

namespace sipsteer::daemon {

namespace {

/// After a restart the kernel may have to ask for a server's MAC again. Until it knows, the server
/// would be taken for gone and its calls for homeless: wait, but not for ever.
constexpr std::chrono::seconds kNextHopGrace{3};

/// What an answer under way has left when the daemon stops.
constexpr std::chrono::milliseconds kStopGrace{200};

} // namespace

Daemon::Daemon(const OperatorFile &file, const Options &options)
    : signals_(io_, SIGTERM, SIGINT, SIGHUP), stop_timer_(io_), change_timer_(io_),
      config_(*file.parsed),
      config_control_(options.config_file, file.hash, config_.state_dir,
                      {[this]() -> const config::Config & { return config_; },
                       [this](const auto &next, const auto &from) { return adopt(next, from); },
                       [this] { return resize(); },
                       [this](const auto &next) { return preview(next); }}),
      log_level_(options.log_level),
      neighbours_(io_,
                  [this] {
                      health_log_.note(neighbours_.next_hops());
                      prober_.note_neighbours(neighbours_.next_hops());
                      schedule_reconcile();
                  }),
      prober_(
          io_,
          [this] {
              health_log_.note(prober_.results());
              schedule_reconcile();
          },
          [this](const Address &hop) {
              const auto known = neighbours_.next_hops().find(hop);
              return known == neighbours_.next_hops().end() ? NextHop{} : known->second;
          }),
      rehomes_(io_, [this] { return world(); }), call_requests_(call_sources()), watchdog_(io_) {}

Daemon::~Daemon() {
    api::stop_publishing_log();
}

void Daemon::warn_about_config() const {
    for (const auto &warning : config::warnings_about(config_)) {
        log::warn("config_warning", {{"problem", warning.to_string()}});
    }
    check_open_files_limit(config_);
}

Status Daemon::open_maps() {
    auto locks = lock_directories(config_);
    if (!locks) {
        return locks.error();
    }
    locks_ = std::move(*locks);
    config_ = config_control_.at_start(std::move(config_));
    set_configured_log_level();
    raise_open_files_limit();
    warn_about_config();
    const auto secret = dataplane::load_or_make_secret(config_.state_dir);
    if (!secret) {
        return secret.error();
    }
    map_options_ = {config_.pin_dir, *secret, config_.call_capacity, config_.fragments};
    log::info("call_table_wanted", {{"calls", config_.call_capacity},
                                    {"bytes", dataplane::table_bytes(config_.call_capacity)}});
    auto maps = dataplane::Maps::open(map_options_);
    if (!maps) {
        return maps.error();
    }
    maps_ = std::make_unique<dataplane::Maps>(std::move(*maps));
    log::info("call_table", {{"entries", maps_->table().buckets() * SS_BUCKET_ENTRIES},
                             {"bytes", maps_->table().calls().size_bytes() +
                                           maps_->table().births().size_bytes()},
                             {"taken_over", maps_->taken_over()}});
    return Done{};
}

void Daemon::open_tables() {
    sweeping_ = std::make_unique<farm::Sweeping>(io_, calls::call_tables(*maps_),
                                                 maps_->server_load(), [this] { on_pass(); });
    resizing_ = std::make_unique<calls::Resizing>(
        *maps_, [this] { sweeping_->set_tables(calls::call_tables(*maps_)); },
        [this] { return live_ ? attach_programs() : Status(Done{}); });
    (void)resize();
}

Status Daemon::attach_programs() {
    attachments_.clear();
    return attach_all(config_, map_options_, *maps_, attachments_);
}

void Daemon::watch_farm() {
    neighbours_.watch(farm::hop_addresses(config_));
    health_log_.note(neighbours_.next_hops());
    prober_.update(farm::probe_targets(config_, running_, idle_));
    prober_.note_neighbours(neighbours_.next_hops());
    health_log_.note(prober_.results());
}

void Daemon::wait_for_next_hops() {
    const auto deadline = std::chrono::steady_clock::now() + kNextHopGrace;
    while (!farm::next_hops_known(config_, running_, neighbours_.next_hops()) &&
           std::chrono::steady_clock::now() < deadline) {
        io_.run_one_for(std::chrono::milliseconds(50));
    }
}

Status Daemon::start() {
    api::publish_log(hub_);
    api_ = std::make_unique<http::Server>(io_, make_routes());
    auto done = open_maps();
    if (done) {
        auto restored = farm::restore(*maps_);
        running_ = std::move(restored.running);
        idle_ = std::move(restored.idle);
        farm_ =
            std::make_unique<farm::Farm>(*maps_, std::move(restored.indexes), config_.state_dir);
        vips_ = std::make_unique<farm::Vips>(config_.state_dir);
        open_tables();
        holder_ = std::make_unique<fragments::Holder>(io_, *maps_, config_.fragments);
        done = holder_->start();
    }
    if (done) {
        rejecter_ = std::make_unique<reject::Rejecter>(
            io_, maps_->rejects(), map_options_.secret,
            [this](std::uint32_t pool) { return retry_after(pool); });
        done = rejecter_->start();
    }
    if (done) {
        done = open_taps();
    }
    if (done) {
        neighbours_.set_vlan_tags(farm::vlan_tags(config_));
        done = neighbours_.start();
    }
    if (done) {
        done = listen_for_api(*api_, config_.api);
    }
    if (done) {
        watch_farm();
        wait_for_next_hops();
        done = go_live();
    }
    if (!done) {
        undo();
    }
    return done;
}

/// Maps first, then the program, then the VIPs: no packet comes before there is an answer to it.
Status Daemon::go_live() {
    if (auto done = reconcile(); !done) {
        return done;
    }
    if (auto done = attach_programs(); !done) {
        return done;
    }
    if (auto done = vips_->apply(config_); !done) {
        return done;
    }
    live_ = true;
    sweeping_->start();
    watchdog_.start();
    await_signal();
    return Done{};
}

/// After a failed start. Maps, programs and VIPs that were there before stay, with their calls.
void Daemon::undo() {
    bool maps_are_needed = maps_ && maps_->taken_over();
    if (vips_) {
        vips_->undo();
    }
    for (const auto &attachment : attachments_) {
        if (attachment.replaced) {
            maps_are_needed = true;
        } else {
            (void)dataplane::detach(attachment.interface, config_.pin_dir);
        }
    }
    if (maps_ && !maps_are_needed) {
        (void)dataplane::remove_own_pins(config_.pin_dir);
    }
    api_->stop();
}

void Daemon::run() {
    notify_ready("steering " + std::to_string(config_.services.size()) + " services");
    log::info("ready", {{"services", config_.services.size()}, {"pools", config_.pools.size()}});
    io_.run();
}

void Daemon::schedule_reconcile() {
    if (reconcile_due_ || !live_) {
        return;
    }
    reconcile_due_ = true;
    boost::asio::post(io_, [this] {
        reconcile_due_ = false;
        const auto done = reconcile();
        reconcile_failed_ = !done;
        if (!done) {
            log::error("reconcile_failed", {{"problem", done.error().message}});
        }
    });
}

plan::Observed Daemon::observed() const {
    plan::Observed observed;
    observed.health = prober_.health();
    observed.next_hops = neighbours_.next_hops();
    return observed;
}

Status Daemon::reconcile() {
    if (auto done = farm_->reconcile(config_, observed()); !done) {
        return done;
    }
    sweeping_->set_plan(farm_->plan(), farm_->leaving());
    tracing_->refresh();
    await_next_change();
    return Done{};
}

/// What clients of a pool, by its index, are asked to wait when no server can take their request.
std::chrono::seconds Daemon::retry_after(std::uint32_t index) const {
    for (const auto &planned : farm_->plan().pools) {
        for (const auto &pool : config_.pools) {
            if (planned.index == index && planned.name == pool.name) {
                return pool.reject.retry_after;
            }
        }
    }
    return config::Reject{}.retry_after; // a pool that has just gone
}

void Daemon::await_next_change() {
    const auto next = farm_->next_change();
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
    farm_->note_pass(sweeping_->totals());
    resizing_->note_pass(sweeping_->totals());
    call_events_->note_losses();
    call_alarm_.note_pass(*maps_, farm_->plan());
    if (reconcile_failed_) {
        schedule_reconcile(); // a pass takes two seconds or more
    }
}

void Daemon::await_signal() {
    signals_.async_wait([this](const boost::system::error_code &failed, int signal) {
        if (failed) {
            return;
        }
        if (signal == SIGHUP) {
            reload();
            await_signal();
        } else {
            stop();
        }
    });
}

void Daemon::reload() {
    notify_reloading();
    const bool adopted = config_control_.reload();
    notify_ready(adopted ? "read the configuration again"
                         : "refused the new configuration, kept the old one");
}

/// Takes a new configuration over. If it cannot be put in force the old one is kept.
Result<ConfigControl::Warnings> Daemon::adopt(config::Config next, const std::string &from) {
    running_ = farm_->running();
    idle_.clear();
    std::swap(config_, next);
    watch_farm();
    if (auto done = reconcile(); !done) {
        std::swap(config_, next);
        watch_farm();
        reconcile_failed_ = true; // some of the new one may be written: to be written over
        return done.error();
    }
    if (config_.log_level != next.log_level) { // or else one set by the API stays
        set_configured_log_level();
    }
    warn_about_config();
    ConfigControl::Warnings warnings;
    if (auto done = vips_->apply(config_); !done) {
        log::error("vip_not_added", {{"problem", done.error().message}});
        warnings.push_back(done.error().message);
    }
    log::info("config_in_force", {{"from", from}});
    return warnings;
}

/// What could not be done. The next change and the next start try it again.
ConfigControl::Warnings Daemon::resize() {
    auto resized = resizing_->begin(config_.call_capacity);
    if (resized) {
        return std::move(*resized);
    }
    log::warn("call_capacity_kept", {{"entries", maps_->table().buckets() * SS_BUCKET_ENTRIES},
                                     {"problem", resized.error().message}});
    return {"calls.capacity: the table keeps its size: " + resized.error().message};
}

/// The rings as they would be once new servers are up.
Result<std::vector<plan::RingMove>> Daemon::preview(const config::Config &next) const {
    if (!live_) {
        return Error{"the daemon is starting or stopping and accepts no changes"};
    }
    if (next.call_capacity != config_.call_capacity) { // or else what a start met stops any change
        if (auto possible = resizing_->check(next.call_capacity); !possible) {
            return Error{"calls.capacity: " + possible.error().message};
        }
    }
    const auto plan = farm_->preview(next, observed());
    if (!plan) {
        return plan.error();
    }
    return plan::ring_moves(farm_->plan(), *plan);
}

void Daemon::set_configured_log_level() const {
    (void)log::set_level(log_level_.empty() ? config_.log_level : log_level_);
}

void Daemon::stop() {
    notify_stopping();
    live_ = false;
    api_->stop();
    if (config_.on_exit == config::OnExit::Detach) {
        vips_->remove_all();
        if (auto done = detach_all(config_); !done) {
            log::error("detach_failed", {{"problem", done.error().message}});
        }
    }
    log::info("stopped", {{"data_plane", config_.on_exit == config::OnExit::Detach
                                             ? "detached"
                                             : "the program stays attached and keeps steering"}});
    stop_timer_.expires_after(kStopGrace);
    stop_timer_.async_wait([this](const boost::system::error_code &) { io_.stop(); });
}

} // namespace sipsteer::daemon

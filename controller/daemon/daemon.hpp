// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/log_level_routes.hpp"
#include "api/metrics_routes.hpp"
#include "api/resource_routes.hpp"
#include "api/routes.hpp"
#include "api/server.hpp"
#include "config/model.hpp"
#include "daemon/call_alarm.hpp"
#include "daemon/call_events.hpp"
#include "daemon/call_requests.hpp"
#include "daemon/config_control.hpp"
#include "daemon/event_stream.hpp"
#include "daemon/farm.hpp"
#include "daemon/health_log.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/options.hpp"
#include "daemon/rehomes.hpp"
#include "daemon/resizing.hpp"
#include "daemon/startup.hpp"
#include "daemon/status_input.hpp"
#include "daemon/sweeping.hpp"
#include "daemon/systemd.hpp"
#include "daemon/tracing.hpp"
#include "daemon/vips.hpp"
#include "daemon/watched.hpp"
#include "events/hub.hpp"
#include "fragments/holder.hpp"
#include "health/prober.hpp"
#include "metrics/state.hpp"
#include "neighbours/neighbours.hpp"
#include "reject/rejecter.hpp"
#include "taps/taps.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// The daemon: one event loop that everything runs on.
class Daemon {
public:
    /// The file must be good.
    Daemon(const OperatorFile &file, const Options &options);
    ~Daemon();

    /// Brings everything up. On failure what this start did is undone.
    Status start();

    /// Until a signal ends it.
    void run();

private:
    void warn_about_config() const;
    Status open_maps();
    void open_tables();
    Status attach_programs();
    Status open_taps();
    TapNames tap_names();
    Tracing::World traced_world();
    void watch_farm();
    void wait_for_next_hops();
    Status go_live();
    void undo();

    void schedule_reconcile();
    Status reconcile();
    std::chrono::seconds retry_after(std::uint32_t index) const;
    void await_next_change();
    void on_pass();
    void await_signal();
    void reload();
    Result<ConfigControl::Warnings> adopt(config::Config next, const std::string &from);
    ConfigControl::Warnings resize();
    Result<std::vector<plan::RingMove>> preview(const config::Config &next) const;
    void set_configured_log_level() const;
    void stop();

    api::Router make_routes();
    api::ResourceStatus resource_status() const;
    api::LogLevel log_level() const;
    plan::Observed observed() const;
    StatusInput status_input() const;
    std::vector<std::string> missing() const;
    nlohmann::json status() const;
    api::MetricsText metrics(bool open_metrics) const;
    std::variant<std::shared_ptr<api::Stream>, api::Problem> trace(const api::TraceQuery &query);
    explain::World world() const;
    CallRequests::Sources call_sources();
    Counted counted() const;

    boost::asio::io_context io_{1};
    events::Hub hub_{io_.get_executor()};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer stop_timer_;
    boost::asio::steady_timer change_timer_;
    config::Config config_;
    ConfigControl config_control_;
    std::string log_level_; // of the command line; empty: the configuration's
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    metrics::Requests requests_; // that the API has answered

    std::vector<Fd> locks_;
    dataplane::MapOptions map_options_;
    std::unique_ptr<dataplane::Maps> maps_;
    std::vector<dataplane::Attachment> attachments_;
    std::unique_ptr<Vips> vips_;
    std::unique_ptr<Farm> farm_;
    Running running_; // at the start or before a reload
    Idle idle_;       // at the start alone
    HealthLog health_log_;
    Neighbours neighbours_;
    health::Prober prober_;
    std::unique_ptr<Sweeping> sweeping_;
    std::unique_ptr<Resizing> resizing_;
    std::unique_ptr<fragments::Holder> holder_;
    std::unique_ptr<reject::Rejecter> rejecter_;
    std::unique_ptr<taps::Taps> taps_;
    std::unique_ptr<CallEvents> call_events_;
    std::unique_ptr<Tracing> tracing_;
    CallAlarm call_alarm_;
    Rehomes rehomes_;
    CallRequests call_requests_;
    std::unique_ptr<api::Server> api_;
    Watchdog watchdog_;
    bool live_ = false;
    bool reconcile_due_ = false;
    bool reconcile_failed_ = false;
};

} // namespace sipsteer::daemon

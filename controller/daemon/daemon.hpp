// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/call_requests.hpp"
#include "api/event_stream.hpp"
#include "api/log_level_routes.hpp"
#include "api/metrics/state.hpp"
#include "api/metrics_routes.hpp"
#include "api/resource_routes.hpp"
#include "api/routes.hpp"
#include "api/status/status_input.hpp"
#include "api/tracing.hpp"
#include "base/event_hub.hpp"
#include "calls/call_events.hpp"
#include "calls/resizing.hpp"
#include "config/model.hpp"
#include "daemon/config_control.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/options.hpp"
#include "daemon/startup.hpp"
#include "daemon/systemd.hpp"
#include "farm/call_alarm.hpp"
#include "farm/farm.hpp"
#include "farm/health_log.hpp"
#include "farm/rehomes.hpp"
#include "farm/sweeping.hpp"
#include "farm/vips.hpp"
#include "farm/watched.hpp"
#include "health/prober.hpp"
#include "http/server.hpp"
#include "kernel/netlink/neighbours.hpp"
#include "kernel/rings/taps.hpp"
#include "traffic/fragments/holder.hpp"
#include "traffic/reject/rejecter.hpp"

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
    api::TapNames tap_names();
    api::Tracing::World traced_world();
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

    http::Router make_routes();
    api::ResourceStatus resource_status() const;
    api::LogLevel log_level() const;
    plan::Observed observed() const;
    status::StatusInput status_input() const;
    std::vector<std::string> missing() const;
    nlohmann::json status() const;
    api::MetricsText metrics(bool open_metrics) const;
    std::variant<std::shared_ptr<http::Stream>, http::Problem> trace(const api::TraceQuery &query);
    farm::World world() const;
    api::CallRequests::Sources call_sources();
    api::Counted counted() const;

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
    std::unique_ptr<farm::Vips> vips_;
    std::unique_ptr<farm::Farm> farm_;
    farm::Running running_; // at the start or before a reload
    farm::Idle idle_;       // at the start alone
    farm::HealthLog health_log_;
    Neighbours neighbours_;
    health::Prober prober_;
    std::unique_ptr<farm::Sweeping> sweeping_;
    std::unique_ptr<calls::Resizing> resizing_;
    std::unique_ptr<fragments::Holder> holder_;
    std::unique_ptr<reject::Rejecter> rejecter_;
    std::unique_ptr<rings::Taps> taps_;
    std::unique_ptr<calls::CallEvents> call_events_;
    std::unique_ptr<api::Tracing> tracing_;
    farm::CallAlarm call_alarm_;
    farm::Rehomes rehomes_;
    api::CallRequests call_requests_;
    std::unique_ptr<http::Server> api_;
    Watchdog watchdog_;
    bool live_ = false;
    bool reconcile_due_ = false;
    bool reconcile_failed_ = false;
};

} // namespace sipsteer::daemon

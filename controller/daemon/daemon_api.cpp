// SPDX-License-Identifier: Apache-2.0
//
// What the daemon answers to the API: its routes, and what of it each of them gets.
#include "api/calls_routes.hpp"
#include "api/config_routes.hpp"
#include "api/counter_routes.hpp"
#include "api/document_routes.hpp"
#include "api/health_routes.hpp"
#include "api/metrics/text.hpp"
#include "api/page_routes.hpp"
#include "api/status/counter_status.hpp"
#include "api/status/metrics_state.hpp"
#include "api/status/readiness.hpp"
#include "api/status/resource_status.hpp"
#include "api/status/status.hpp"
#include "base/log.hpp"
#include "calls/clock.hpp"
#include "daemon/daemon.hpp"
#include "kernel/dataplane/counters.hpp"

namespace sipsteer::daemon {

http::Router Daemon::make_routes() {
    auto router = api::make_router({[this] { return status(); }});
    api::add_calls_routes(router, call_requests_.routes());
    const auto source = config_control_.source();
    api::add_event_routes(
        router, api::event_source(hub_, {[this] { return call_events_.get(); }, tap_names()}));
    api::add_trace_routes(router, [this](const api::TraceQuery &query) { return trace(query); });
    api::add_config_routes(router, source);
    api::add_resource_routes(router, source, [this] { return resource_status(); });
    api::add_log_level_routes(router, log_level());
    api::add_counter_routes(router, [this] { return status::make_counters(status_input()); });
    api::add_metrics_routes(router, [this](bool open_metrics) { return metrics(open_metrics); });
    api::add_page_routes(router);
    api::add_health_routes(router, [this] { return missing(); });
    api::add_document_routes(router);
    router.observe([this](const auto &route, const auto &method, auto status, auto took) {
        requests_.note(route, method, status, took);
    });
    return router;
}

api::ResourceStatus Daemon::resource_status() const {
    const auto input = std::make_shared<const status::StatusInput>(status_input());
    return {
        [input](const auto &service) { return status::service_status(*input, service); },
        [input](const auto &pool) { return status::pool_status(*input, pool); },
        [input](const auto &pool, const auto &server) {
            return status::server_status(*input, pool, server);
        },
    };
}

api::LogLevel Daemon::log_level() const {
    return {[] { return std::string(log::level()); }, [this] { return config_.log_level; },
            [](const std::string &level) { return log::set_level(level).ok(); }};
}

status::StatusInput Daemon::status_input() const {
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_);
    return {config_,
            *maps_,
            attachments_,
            farm_->plan(),
            neighbours_.next_hops(),
            prober_.results(),
            *sweeping_,
            *holder_,
            *rejecter_,
            farm_->drains(),
            rehomes_,
            plan::ring_shares(farm_->plan()),
            uptime};
}

std::vector<std::string> Daemon::missing() const {
    return status::missing_for_readiness({live_, farm_ && farm_->written() && !reconcile_failed_,
                                          config_.interfaces, attachments_,
                                          dataplane::check_attached});
}

nlohmann::json Daemon::status() const {
    return status::make_status(status_input());
}

api::MetricsText Daemon::metrics(bool open_metrics) const {
    const auto format = open_metrics ? metrics::Format::OpenMetrics : metrics::Format::Prometheus;
    return {metrics::content_type(format),
            metrics::to_text(
                status::make_metrics_state(status_input(), requests_, tracing_->counts(), started_),
                format)};
}

std::variant<std::shared_ptr<http::Stream>, http::Problem>
Daemon::trace(const api::TraceQuery &query) {
    if (!live_) {
        return http::Problem{503, "the daemon is starting or stopping", {}, {}};
    }
    return tracing_->begin(query);
}

farm::World Daemon::world() const {
    return {calls::call_tables(*maps_),
            maps_->server_load(),
            farm_->plan(),
            sweeping_->lifetimes(),
            [this](std::uint16_t index) { return farm_->server_name(index); },
            map_options_.secret,
            calls::now_tick(),
            calls::now_nanoseconds(),
            [this](std::uint16_t pool) { return dataplane::read_turn(*maps_, pool); }};
}

api::CallRequests::Sources Daemon::call_sources() {
    return {[this] { return world(); }, [this] { return counted(); },
            [this](const ServerId &id) { return farm_->drains().all().count(id) != 0; }, rehomes_};
}

api::Counted Daemon::counted() const {
    const auto passed_at = sweeping_->passed_at();
    if (!passed_at) {
        return {sweeping_->totals(), std::nullopt};
    }
    const auto ago = std::chrono::steady_clock::now() - *passed_at;
    return {sweeping_->totals(), std::chrono::duration<double>(ago).count()};
}

} // namespace sipsteer::daemon

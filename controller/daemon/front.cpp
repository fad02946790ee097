// SPDX-License-Identifier: Apache-2.0
#include "daemon/front.hpp"

#include "api/ban_routes.hpp"
#include "api/calls_routes.hpp"
#include "api/cluster_routes.hpp"
#include "api/config_routes.hpp"
#include "api/counter_routes.hpp"
#include "api/document_routes.hpp"
#include "api/health_routes.hpp"
#include "api/history_routes.hpp"
#include "api/log_level_routes.hpp"
#include "api/metrics/text.hpp"
#include "api/page_routes.hpp"
#include "api/resource_routes.hpp"
#include "api/routes.hpp"
#include "api/status/counter_status.hpp"
#include "api/status/metrics_state.hpp"
#include "api/status/readiness.hpp"
#include "api/status/resource_status.hpp"
#include "api/status/status.hpp"
#include "base/log.hpp"
#include "base/state_file.hpp"
#include "daemon/api_listeners.hpp"
#include "daemon/cluster_metrics.hpp"

#include <utility>

namespace sipsteer::daemon {

using boost::asio::awaitable;

namespace {

/// The status of one moment.
class StatusNow final : public api::ResourceStatus {
public:
    explicit StatusNow(status::Snapshot snapshot)
        : input_(std::move(snapshot)), servers_(status::configured_servers(*input_.config)) {}

    nlohmann::json service(const std::string &service) const override {
        return status::service_status(input_, service);
    }
    nlohmann::json pool(const std::string &pool) const override {
        return status::pool_status(input_, pool);
    }
    nlohmann::json server(const std::string &pool, const std::string &server) const override {
        return status::server_status(input_, servers_, {pool, server});
    }

private:
    status::StatusInput input_;
    status::ConfiguredServers servers_;
};

api::WorkOutStatus work_out(status::Snapshot taken) {
    return [snapshot = std::move(taken)] { return std::make_unique<const StatusNow>(snapshot); };
}

} // namespace

Front::Front(boost::asio::io_context &io, Parts parts)
    : parts_(parts), call_requests_(parts.steering, parts.steering.rehomes()),
      events_(parts.hub, parts.handed_over.call_events(), parts.steering.farm(),
              parts.steering.secret()),
      server_(io, make_routes()) {}

Status Front::listen() {
    return listen_for_api(server_, parts_.config.api);
}

void Front::renew_certificates() {
    daemon::renew_certificates(server_, parts_.config.api);
}

http::Router Front::make_routes() {
    auto router = api::make_router({[this] { return document(status::make_status); }});
    api::add_calls_routes(router, call_requests_);
    api::add_ban_routes(router, parts_.guarding.requests());
    api::add_event_routes(router, events_);
    api::add_trace_routes(router, [this](const api::TraceQuery &query) { return trace(query); });
    api::add_config_routes(router, {parts_.config_control, aside_});
    api::add_history_routes(router, {parts_.config_control, aside_});
    api::add_log_level_routes(router, [this] { return parts_.config.log_level; });
    add_status_routes(router);
    api::add_page_routes(router);
    api::add_document_routes(router);
    router.observe([this](const auto &route, const auto &method, auto status, auto took) {
        requests_.note(route, method, status, took);
    });
    return router;
}

void Front::add_status_routes(http::Router &router) {
    api::add_resource_routes(router, {parts_.config_control, aside_},
                             [this] { return work_out(snapshot()); });
    api::add_counter_routes(router, [this] { return document(status::make_counters); });
    api::add_metrics_routes(router, [this](bool open_metrics) { return metrics(open_metrics); });
    api::add_cluster_routes(router, [this] { return cluster::to_json(parts_.cluster); });
    api::add_health_routes(router, [this] { return missing(); });
}

status::Snapshot Front::snapshot() const {
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_);
    const auto &steering = parts_.steering;
    const auto &holder = parts_.handed_over.holder();
    return {parts_.config_control.in_force(),
            steering.maps(),
            steering.maps().sizes(),
            steering.keeper().state(),
            steering.farm().shared_plan(),
            parts_.watching.next_hops(),
            parts_.watching.probes(),
            std::as_const(steering).sweeping().swept(),
            holder.counters(),
            holder.bytes(),
            parts_.handed_over.rejecter().counters(),
            status::guard_sizes(steering.farm().guard()),
            steering.farm().drains(),
            std::as_const(steering).rehomes().all_progress(),
            uptime};
}

std::vector<std::string> Front::missing() const {
    const auto &condition = parts_.condition;
    const bool written = parts_.steering.farm().written() && !condition.reconcile_failed;
    return status::missing_for_readiness(
        {condition.live, written, [this] { return parts_.steering.keeper().missing(); }});
}

/// The part of the metrics that a snapshot does not have.
metrics::State Front::own_metrics() const {
    metrics::State state;
    state.start_time = std::chrono::duration<double>(started_.time_since_epoch()).count();
    state.ready = missing().empty();
    state.log_lines_lost = log::lines_lost();
    state.state_files_unsaved = unsaved_state_files().size();
    state.requests = requests_;
    state.trace = std::as_const(parts_.handed_over).tracing().counts();
    state.last_reload_successful = parts_.config_control.last_reload_successful();
    state.cluster = cluster_metrics(parts_.cluster);
    state.loop_stalled_seconds = parts_.loop_watch.stalled().count();
    state.loop_longest_stall_seconds = parts_.loop_watch.longest().count();
    return state;
}

awaitable<api::MetricsText> Front::metrics(bool open_metrics) {
    const auto format = open_metrics ? metrics::Format::OpenMetrics : metrics::Format::Prometheus;
    std::function<std::string()> write = [format, own = own_metrics(),
                                          taken = snapshot()]() mutable {
        const status::StatusInput input(std::move(taken));
        return metrics::to_text(status::make_metrics_state(input, std::move(own)), format);
    };
    std::string text = co_await aside_.run(std::move(write));
    co_return api::MetricsText{metrics::content_type(format), std::move(text)};
}

awaitable<std::string> Front::document(nlohmann::json (*make)(const status::StatusInput &)) {
    std::function<std::string()> write = [make, taken = snapshot()]() mutable {
        return http::json_text(make(status::StatusInput(std::move(taken))));
    };
    co_return co_await aside_.run(std::move(write));
}

std::variant<std::shared_ptr<http::Stream>, http::Problem>
Front::trace(const api::TraceQuery &query) {
    if (!parts_.condition.live) {
        return http::Problem{503, "the daemon is starting or stopping", {}, {}};
    }
    return parts_.handed_over.tracing().begin(query);
}

} // namespace sipsteer::daemon

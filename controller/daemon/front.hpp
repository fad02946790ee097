// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/call_requests.hpp"
#include "api/event_stream.hpp"
#include "api/metrics/state.hpp"
#include "api/metrics_routes.hpp"
#include "api/status/status_input.hpp"
#include "base/event_hub.hpp"
#include "base/result.hpp"
#include "cluster/cluster.hpp"
#include "config/model.hpp"
#include "daemon/config_control.hpp"
#include "daemon/guarding.hpp"
#include "daemon/handed_over.hpp"
#include "daemon/loop_watch.hpp"
#include "daemon/steering.hpp"
#include "daemon/watching.hpp"
#include "http/aside.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// How far the daemon is.
struct Condition {
    bool live = false;             // neither starting nor stopping
    bool reconcile_failed = false; // the maps may not hold what the configuration says
};

/// What the front shows and changes. All of it outlives the front.
struct Parts {
    const config::Config &config;
    const Condition &condition;
    events::Hub &hub;
    ConfigControl &config_control;
    Steering &steering;
    Guarding &guarding;
    const Watching &watching;
    HandedOver &handed_over;
    const cluster::Cluster *cluster; // null: none is configured
    const LoopWatch &loop_watch;
};

/// The API: its server, and what its routes show of the parts.
class Front {
public:
    Front(boost::asio::io_context &io, Parts parts);

    Status listen();
    void stop() { server_.stop(); }

    /// Reads certificates and keys again, for the connections to come.
    void renew_certificates();

private:
    http::Router make_routes();
    void add_status_routes(http::Router &router);
    status::Snapshot snapshot() const;
    std::vector<std::string> missing() const;
    metrics::State own_metrics() const;
    boost::asio::awaitable<api::MetricsText> metrics(bool open_metrics);
    boost::asio::awaitable<std::string>
        document(nlohmann::json (*make)(const status::StatusInput &input));
    std::variant<std::shared_ptr<http::Stream>, http::Problem> trace(const api::TraceQuery &query);

    Parts parts_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    metrics::Requests requests_; // that the API has answered
    api::CallRequests call_requests_;
    api::Events events_;
    http::Aside aside_; // makes documents
    http::Server server_;
};

} // namespace sipsteer::daemon

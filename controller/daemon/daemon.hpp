// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/event_hub.hpp"
#include "base/result.hpp"
#include "cluster/cluster.hpp"
#include "config/model.hpp"
#include "daemon/config_control.hpp"
#include "daemon/foundation.hpp"
#include "daemon/front.hpp"
#include "daemon/guarding.hpp"
#include "daemon/handed_over.hpp"
#include "daemon/loop_watch.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/options.hpp"
#include "daemon/steering.hpp"
#include "daemon/systemd.hpp"
#include "daemon/watching.hpp"
#include "farm/restore.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sipsteer::daemon {

/// The daemon: one event loop that everything runs on.
class Daemon final : private ConfigUser {
public:
    /// Brings everything up, or nothing: on failure what this start did is undone. `file` must be
    /// good.
    static Result<std::unique_ptr<Daemon>> start(const OperatorFile &file, const Options &options);

    ~Daemon() override;
    Daemon(const Daemon &) = delete;
    Daemon &operator=(const Daemon &) = delete;

    /// Until a signal ends it.
    void run();

private:
    /// The log's events are published from here on.
    class PublishedLog {
    public:
        explicit PublishedLog(events::Hub &hub);
        ~PublishedLog();
        PublishedLog(const PublishedLog &) = delete;
        PublishedLog &operator=(const PublishedLog &) = delete;
    };

    Daemon(Foundation foundation, farm::Restored restored, const OperatorFile &file,
           const Options &options);

    Status go_live();

    void schedule_reconcile();
    void reconcile_now();
    Status reconcile();
    void await_next_change();
    void on_pass();
    void await_signal();
    boost::asio::awaitable<void> reload();
    boost::asio::awaitable<void> end_when_idle();
    void stop();

    const config::Config &in_force() const override { return config_; }
    Status accepts_changes() const override;
    Result<Warnings> adopt(const config::Config &next, const std::string &from) override;
    Warnings resize() override { return steering_.resize(); }
    boost::asio::awaitable<Result<std::vector<plan::RingMove>>>
    preview(const config::Config &next, http::Aside &aside) override;

    boost::asio::io_context io_{1};
    events::Hub hub_{io_.get_executor()};
    PublishedLog published_log_{hub_};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer stop_timer_;
    boost::asio::steady_timer change_timer_;
    boost::asio::steady_timer reconcile_timer_;
    std::chrono::steady_clock::time_point rest_until_{}; // before it no change is put in force
    config::Config config_;                              // in force
    std::string log_level_; // of the command line; empty: the configuration's
    Condition condition_;
    bool reconcile_due_ = false;
    ConfigControl config_control_;
    Steering steering_;
    Guarding guarding_;
    Watching watching_;
    HandedOver handed_over_;
    std::unique_ptr<cluster::Cluster> cluster_; // null: none is configured
    LoopWatch loop_watch_;
    Front front_;
    Watchdog watchdog_;
};

} // namespace sipsteer::daemon

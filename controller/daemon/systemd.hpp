// SPDX-License-Identifier: Apache-2.0
//
// systemd's notify protocol (sd_notify(3)). Without systemd nothing happens.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>

namespace sipsteer::daemon {

void notify_ready(const std::string &status);
void notify_reloading();
void notify_stopping();

/// Tells the service manager's watchdog that the event loop turns, if it asked for that.
class Watchdog {
public:
    explicit Watchdog(boost::asio::io_context &io);
    void start();

private:
    void arm();

    boost::asio::steady_timer timer_;
    std::chrono::microseconds period_{0};
};

} // namespace sipsteer::daemon

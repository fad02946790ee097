// SPDX-License-Identifier: Apache-2.0
#include "daemon/systemd.hpp"

#include <ctime>
#include <systemd/sd-daemon.h>

namespace sipsteer::daemon {

void notify_ready(const std::string &status) {
    sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void notify_reloading() {
    // Type=notify-reload wants the time at which the reload began.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
    sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds)).c_str());
}

void notify_stopping() {
    sd_notify(0, "STOPPING=1");
}

Watchdog::Watchdog(boost::asio::io_context &io) : timer_(io) {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) > 0) {
        period_ = std::chrono::microseconds(microseconds / 2);
    }
}

void Watchdog::start() {
    if (period_.count() > 0) {
        arm();
    }
}

void Watchdog::arm() {
    sd_notify(0, "WATCHDOG=1");
    timer_.expires_after(period_);
    timer_.async_wait([this](const boost::system::error_code &failed) {
        if (!failed) {
            arm();
        }
    });
}

} // namespace sipsteer::daemon

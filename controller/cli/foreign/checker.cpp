// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/checker.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace sipsteer::foreign {

namespace {

using std::chrono::milliseconds;

constexpr auto kLongest = std::chrono::hours(1); // of a probe's times

/// Seconds, also with a fraction; nothing if they are no time that a probe can have.
std::optional<milliseconds> time_of(const std::string &text, milliseconds least) {
    double seconds = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, seconds);
    if (parsed.ec != std::errc() || parsed.ptr != end || !(seconds >= 0 && seconds <= 3600)) {
        return std::nullopt;
    }
    const milliseconds time(std::llround(seconds * 1000));
    return time >= least && time <= kLongest ? std::optional(time) : std::nullopt;
}

class CheckerReader {
public:
    CheckerReader(Draft &draft, const Statement &checker, Timers timers)
        : draft_(draft), checker_(checker), timers_(std::move(timers)) {}

    Check read() {
        say_type();
        for (const auto &statement : checker_.block) {
            read_field(statement);
        }
        read_times();
        return check_;
    }

private:
    void say_type() {
        const auto &type = checker_.name();
        if (type == "TCP_CHECK") {
            check_.probe.type = config::ProbeType::Tcp;
        } else if (type == "MISC_CHECK") {
            draft_.left_out(checker_.line, "MISC_CHECK: sipsteer runs no script; it probes with "
                                           "OPTIONS");
        } else if (type != "UDP_CHECK") {
            draft_.left_out(checker_.line, type + ": sipsteer probes with OPTIONS");
        } else {
            draft_.note(checker_.line, "UDP_CHECK becomes a probe with OPTIONS, which wants 200");
        }
    }

    void read_field(const Statement &statement) {
        const auto &name = statement.name();
        if (read_timer(statement, timers_)) {
            return;
        }
        if (name == "misc_timeout") {
            timers_["connect_timeout"] = statement.word(1);
        } else if (const auto port = number_of(statement.word(1), 1, 65535);
                   name == "connect_port" && port) {
            check_.port = static_cast<std::uint16_t>(*port);
        } else {
            draft_.left_out(statement.line, name + " of " + checker_.name());
        }
    }

    void read_times() {
        auto &probe = check_.probe;
        set("delay_loop", probe.interval, milliseconds(100));
        set("connect_timeout", probe.timeout, milliseconds(10));
        if (const auto found = timers_.find("retry"); found != timers_.end()) {
            if (const auto retries = number_of(found->second, 0, 99)) {
                probe.fall = *retries + 1;
            } else {
                draft_.left_out(checker_.line, "retry " + found->second);
            }
        }
        if (const auto found = timers_.find("delay_before_retry"); found != timers_.end()) {
            draft_.left_out(checker_.line, "delay_before_retry " + found->second +
                                               ": a probe that failed comes again after "
                                               "probe.interval");
        }
        if (probe.timeout > probe.interval) {
            draft_.left_out(checker_.line, "a timeout above the interval (delay_loop): it is the "
                                           "interval");
            probe.timeout = probe.interval;
        }
    }

    void set(const char *timer, milliseconds &field, milliseconds least) {
        const auto found = timers_.find(timer);
        if (found == timers_.end()) {
            return;
        }
        if (const auto time = time_of(found->second, least)) {
            field = *time;
        } else {
            draft_.left_out(checker_.line, std::string(timer) + " " + found->second);
        }
    }

    Draft &draft_;
    const Statement &checker_;
    Timers timers_;
    Check check_;
};

} // namespace

bool is_checker(const Statement &statement) {
    const auto &name = statement.name();
    return name.ends_with("_CHECK") || name == "HTTP_GET" || name == "SSL_GET";
}

bool read_timer(const Statement &statement, Timers &timers) {
    static constexpr std::array<std::string_view, 4> kTimers = {"delay_loop", "connect_timeout",
                                                                "retry", "delay_before_retry"};
    for (const auto timer : kTimers) {
        if (statement.name() == timer) {
            timers[statement.name()] = statement.word(1);
            return true;
        }
    }
    return false;
}

Check read_checker(Draft &draft, const Statement &checker, Timers timers) {
    return CheckerReader(draft, checker, std::move(timers)).read();
}

} // namespace sipsteer::foreign

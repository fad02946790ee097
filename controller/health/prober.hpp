// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "plan/plan.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::health {

/// A server to probe.
struct Target {
    plan::ServerId id;
    Address address;
    std::uint16_t port = 5060;                    // host byte order
    config::Probe settings;                       // ProbeType::None: not probed at all
    plan::Health initial = plan::Health::Unknown; // only when it is probed for the first time
};

struct ProbeCounters {
    std::uint64_t sent = 0; // requests, retransmissions among them
    std::uint64_t ok = 0;   // this and the next four count probes
    std::uint64_t timeout = 0;
    std::uint64_t wrong_code = 0;
    std::uint64_t icmp = 0;
    std::uint64_t local = 0;     // this host could not send
    std::uint64_t unmatched = 0; // datagrams that answered no probe, or came too late
};

/// What the probes of one server have shown.
struct TargetResult {
    plan::Health health = plan::Health::Unknown;
    std::string reason; // why it has that health: "timeout 3 of 3"; empty before a change
    std::chrono::system_clock::time_point changed; // when it got it; when first probed before that
    std::string last;                              // the last outcome: "200 OK", "timeout" ...
    std::optional<std::chrono::microseconds> rtt;  // of the last probe that was answered
    ProbeCounters counters;
};

/// Probes servers for as long as they are targets. Lives on the thread of `io`.
class Prober {
public:
    /// `on_change` is called after every change of a server's health, never from inside update();
    /// it may call update().
    Prober(boost::asio::io_context &io, std::function<void()> on_change);
    ~Prober();
    Prober(const Prober &) = delete;
    Prober &operator=(const Prober &) = delete;

    /// Replaces the targets, whose ids differ. A server that was one already keeps its health, its
    /// counts and its place in time; new settings take effect at once. With another address or port
    /// it is another server.
    void update(const std::vector<Target> &targets);

    /// By server; nothing for one that is not probed.
    std::map<plan::ServerId, TargetResult> results() const;
    std::map<plan::ServerId, plan::Health> health() const;

private:
    class Runner;

    boost::asio::io_context &io_;
    std::function<void()> on_change_;
    std::map<plan::ServerId, std::shared_ptr<Runner>> runners_;
};

} // namespace sipsteer::health

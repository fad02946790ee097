// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "health/prober.hpp"
#include "namespaces.hpp"
#include "sip_responder.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sipsteer::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using health::ProbeCounters;
using health::Prober;
using health::Target;

inline const ServerId kId{"proxies", "proxy1"};

inline Target target(const std::string &address = "192.0.2.11") {
    Target target;
    target.id = kId;
    target.address = *Address::parse(address);
    target.settings.interval = 100ms;
    target.settings.timeout = 80ms;
    return target;
}

/// A director that probes, and a server.
struct Farm {
    explicit Farm(Responder::Behave behave)
        : prober(io, [this] { changes.push_back(health()); }),
          responder(io, segment, std::move(behave)) {}

    health::TargetResult result() const { return prober.results().at(kId); }
    health::PathResult path() const { return result().paths.at(0); }
    ProbeCounters counters() const { return path().counters; }
    Health health() const { return prober.health().at(kId); }

    bool becomes(Health health, std::chrono::milliseconds limit = 60s) {
        const bool did = run_until(
            io, [&] { return this->health() == health; }, limit);
        settle();
        return did;
    }

    /// Until all changes so far are told.
    void settle() {
        io.restart();
        io.poll();
    }

    Segment segment;
    asio::io_context io;
    std::vector<Health> changes;
    Prober prober;
    Responder responder;
};

} // namespace sipsteer::test

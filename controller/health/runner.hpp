// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "health/client.hpp"
#include "health/own_trouble.hpp"
#include "health/probe_state.hpp"
#include "health/results.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

namespace sipsteer::health {

/// Where a probe goes: directly to the server, or to a VIP through the server.
struct Place {
    Endpoint server;             // by the DSR path the port is 0: the VIP's counts
    std::optional<Endpoint> vip; // of the DSR path; absent: the direct path
    Address hop;                 // whose MAC frames for the server go to

    auto operator<=>(const Place &) const = default;
};

/// Makes what asks at a place, for the settings' type of probe.
using ClientMaker =
    std::function<std::shared_ptr<Client>(const Place &place, const config::Probe &settings)>;

/// Probes at one place until it is stopped. Its coroutine keeps it alive.
class Runner : public std::enable_shared_from_this<Runner> {
public:
    using OnChange = std::function<void(const Runner &)>;

    /// `on_change` is called after every change of the health; not after stop(). `own_trouble`: of
    /// this host, shared by all.
    Runner(boost::asio::io_context &io, const Place &place, config::Probe settings, Health initial,
           std::shared_ptr<const OwnTrouble> own_trouble, ClientMaker make_client,
           OnChange on_change);

    void start();
    void stop();

    /// The server is known to be gone: down at once, for this reason.
    void gone(const std::string &reason);

    /// New settings take effect at once; health and counts stay, but for those of another client.
    void set(const config::Probe &settings);

    const Place &place() const { return place_; }
    const config::Probe &settings() const { return settings_; }
    Health health() const { return state_.health(); }
    PathResult result() const;

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> pause(std::chrono::steady_clock::time_point started,
                                       std::chrono::milliseconds most);
    void take(const ProbeOutcome &outcome, std::chrono::steady_clock::time_point began);
    bool is_own_trouble(std::chrono::steady_clock::time_point began) const;
    void changed(Health before);
    ProbeState::Limits limits() const;

    boost::asio::io_context &io_;
    Place place_;
    config::Probe settings_;
    std::shared_ptr<const OwnTrouble> own_trouble_;
    ClientMaker make_client_;
    OnChange on_change_;
    boost::asio::steady_timer pause_;
    std::shared_ptr<Client> client_;
    ProbeState state_;
    PathResult result_;
    bool stopped_ = false;
};

} // namespace sipsteer::health

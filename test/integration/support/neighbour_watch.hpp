// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/netlink/neighbours.hpp"
#include "namespaces.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

namespace sipsteer::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline const MacAddress kDirectorMac = {2, 0, 0, 0, 0, 0x01};
inline const MacAddress kServerMac = {2, 0, 0, 0, 0, 0x11};
inline const MacAddress kOtherMac = {2, 0, 0, 0, 0, 0x22};

inline Address address(const std::string &text) {
    return *Address::parse(text);
}

/// A Neighbours that is started, and a count of its changes.
struct Watch {
    explicit Watch(NeighbourTimes times = {})
        : neighbours(
              io, [this] { on_change(); }, times) {
        REQUIRE(neighbours.start());
    }

    void on_change() {
        ++changes;
        for (const auto &[server, hop] : neighbours.next_hops()) {
            ever_unresolved |= !hop.resolved;
        }
    }

    const NextHop &hop(const std::string &server) {
        return neighbours.next_hops().at(address(server));
    }

    bool resolves(const std::string &server, std::chrono::milliseconds limit = 5s) {
        return run_until(
            io, [&] { return hop(server).resolved; }, limit);
    }

    bool fails(const std::string &server, const std::string &problem,
               std::chrono::milliseconds limit = 5s) {
        return run_until(
            io, [&] { return !hop(server).resolved && hop(server).problem == problem; }, limit);
    }

    bool moves_to(const std::string &server, const MacAddress &mac,
                  std::chrono::milliseconds limit) {
        return run_until(
            io, [&] { return hop(server).resolved && hop(server).mac == mac; }, limit);
    }

    asio::io_context io;
    Neighbours neighbours;
    unsigned changes = 0;
    bool ever_unresolved = false;
};

} // namespace sipsteer::test

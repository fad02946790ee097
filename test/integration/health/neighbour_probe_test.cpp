// SPDX-License-Identifier: Apache-2.0
//
// The prober and the kernel's neighbour table together, as the daemon has them: a server that is
// gone from the network is found by its MAC address that does not answer.
#include "health/prober.hpp"
#include "kernel/netlink/neighbours.hpp"
#include "namespaces.hpp"
#include "sip_responder.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;
using health::Prober;

namespace {

const ServerId kId{"proxies", "proxy1"};

struct Director {
    Director()
        : neighbours(io, [this] { prober.note_neighbours(neighbours.next_hops()); }),
          prober(io, [] {}), responder(io, segment, status("200 OK")) {}

    /// Probed every second; the tenth failure alone would take it down.
    void watch(const std::string &address) {
        health::Target target;
        target.id = kId;
        target.address = *Address::parse(address);
        target.settings.interval = 1s;
        target.settings.timeout = 300ms;
        target.settings.fall = 10;
        REQUIRE(neighbours.start());
        neighbours.watch({target.address});
        prober.update({target});
        prober.note_neighbours(neighbours.next_hops());
    }

    health::TargetResult result() const { return prober.results().at(kId); }

    bool becomes(Health health, std::chrono::milliseconds limit) {
        return run_until(
            io, [&] { return result().health == health; }, limit);
    }

    Segment segment;
    asio::io_context io;
    Neighbours neighbours;
    Prober prober;
    Responder responder;
};

} // namespace

TEST_CASE("a server that is gone from the network is down within seconds, and comes back") {
    const auto [address, prefix] =
        GENERATE(table<std::string, std::string>({{"192.0.2.11", "/24"}, {"2001:db8::b", "/64"}}));
    Director director;
    director.watch(address);
    REQUIRE(director.becomes(Health::Up, 60s));
    director.segment.on_server("ip address del " + address + prefix + " dev eth0");
    const auto start = Clock::now();
    REQUIRE(director.becomes(Health::Down, 60s));
    CHECK(Clock::now() - start < 30s); // 5 s, on an idle machine
    CHECK(director.result().reason == "neighbour failed");
    director.segment.on_server("ip address add " + address + prefix + " dev eth0" +
                               (prefix == "/64" ? " nodad" : ""));
    CHECK(director.becomes(Health::Up, 60s));
}

TEST_CASE("a server that is silent, but there, is not gone") {
    Director director;
    director.watch("192.0.2.11");
    REQUIRE(director.becomes(Health::Up, 60s));
    director.responder.behave = silence();
    run_for(director.io, 6s);
    CHECK(director.result().health == Health::Up);
    CHECK(director.result().paths[0].counters.timeout >= 4);
    CHECK(director.neighbours.next_hops().begin()->second.resolved);
}

// SPDX-License-Identifier: Apache-2.0
//
// Whom a Prober probes: shared probes, other targets, neighbours that go.
#include "prober_farm.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <set>

using namespace sipsteer;
using namespace sipsteer::test;

namespace {

using Clock = std::chrono::steady_clock;

/// How many probes at the usual interval one runner has time for; a second one would send twice as
/// many.
std::size_t most_since(Clock::time_point began) {
    return static_cast<std::size_t>((Clock::now() - began) / target().settings.interval) + 2;
}

} // namespace

TEST_CASE("pools that probe a server alike share the probe") {
    Farm farm(status("200 OK"));
    auto other = target();
    other.id = {"registrars", "reg1"};
    auto different = target();
    different.id = {"more", "proxy1"};
    different.settings.method = "REGISTER";
    const auto requests = [&](const std::string &method) {
        return static_cast<std::size_t>(
            std::count_if(farm.responder.requests.begin(), farm.responder.requests.end(),
                          [&](const auto &request) { return request.starts_with(method); }));
    };
    const auto start = Clock::now();
    farm.prober.update({target(), other, different});
    const auto probed = [&] { return requests("OPTIONS") >= 7 && requests("REGISTER") >= 7; };
    REQUIRE(run_until(farm.io, probed, 60s));
    CHECK(requests("OPTIONS") <= most_since(start)); // not twice as many
    const auto results = farm.prober.results();
    for (const auto &id : {kId, other.id, different.id}) {
        CHECK(results.at(id).health == Health::Up);
    }
    CHECK(results.at(kId).paths[0].counters.sent == results.at(other.id).paths[0].counters.sent);

    // One of the two wants something else: it keeps its health, the other one its probe.
    other.settings.fall = 1;
    farm.prober.update({target(), other, different});
    CHECK(farm.prober.health().at(other.id) == Health::Up);
    CHECK(farm.counters().sent == results.at(kId).paths[0].counters.sent);
    farm.responder.behave = silence();
    REQUIRE(run_until(
        farm.io, [&] { return farm.prober.health().at(other.id) == Health::Down; }, 60s));
    CHECK(farm.health() == Health::Up);
    REQUIRE(farm.becomes(Health::Down));

    // Alike again: one probe for both.
    other.settings = target().settings;
    farm.prober.update({target(), other});
    run_for(farm.io, 200ms);
    const auto before = farm.responder.requests.size();
    const auto began = Clock::now();
    run_for(farm.io, 1s);
    CHECK(farm.responder.requests.size() - before <= most_since(began));
}

TEST_CASE("a server that is this host is probed at its own address, whatever the path") {
    Farm farm(status("200 OK"));
    auto server = target();
    server.settings.path = config::ProbePath::Dsr;
    server.vips = {{*Address::parse("192.0.2.100"), 5060}};
    NextHop hop;
    hop.resolved = true;
    hop.local = true;
    farm.prober.note_neighbours({{server.address, hop}});
    farm.prober.update({server});
    REQUIRE(farm.becomes(Health::Up));
    REQUIRE(farm.result().paths.size() == 1);
    CHECK(farm.path().path == config::ProbePath::Direct);

    hop.local = false; // its address has moved to another host
    farm.prober.note_neighbours({{server.address, hop}});
    REQUIRE(farm.result().paths.size() == 1);
    CHECK(farm.path().path == config::ProbePath::Dsr);
}

TEST_CASE("update: new settings keep the health and take effect at once") {
    Farm farm(status("200 OK"));
    auto server = target();
    server.settings.interval = 1h;
    farm.prober.update({server});
    REQUIRE(farm.becomes(Health::Up));
    const auto changed = farm.result().changed;

    server.settings.interval = 100ms; // though the next probe was due in an hour
    server.settings.fall = 1;
    farm.prober.update({server});
    CHECK(farm.health() == Health::Up);
    CHECK(farm.counters().ok == 1);
    CHECK(farm.result().changed == changed);
    farm.responder.behave = silence();
    REQUIRE(farm.becomes(Health::Down, 60s));
    CHECK(farm.result().reason == "timeout 1 of 1");
}

TEST_CASE("update: the same targets again do not disturb the probes") {
    Farm farm(status("200 OK"));
    const auto began = Clock::now();
    farm.prober.update({target()});
    const auto probed = [&] {
        farm.prober.update({target()});
        return farm.counters().ok >= 7;
    };
    REQUIRE(run_until(farm.io, probed, 60s));
    CHECK(farm.counters().ok <= most_since(began));
    CHECK(farm.counters().timeout == 0);
}

TEST_CASE("update: a server that is no target any more is left alone") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    auto none = target();
    none.settings.type = config::ProbeType::None;
    farm.prober.update(GENERATE_COPY(std::vector<Target>{}, std::vector<Target>{none}));
    CHECK(farm.prober.results().empty());
    const auto requests = farm.responder.requests.size();
    run_for(farm.io, 500ms);
    CHECK(farm.responder.requests.size() == requests);
}

TEST_CASE("update: another address is another server; the first health is as told") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    auto moved = target("2001:db8::b");
    farm.prober.update({moved});
    CHECK(farm.health() == Health::Unknown);
    CHECK(farm.counters().sent == 0);

    auto known = target();
    known.initial = Health::Down;
    farm.prober.update({known});
    CHECK(farm.health() == Health::Down);
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "200 OK 2 of 2");
}

TEST_CASE("update may be called from a change, also for the server that changed") {
    Segment segment;
    asio::io_context io;
    Prober *prober_at = nullptr;
    unsigned changes = 0;
    Prober prober(io, [&] {
        ++changes;
        prober_at->update({});
    });
    prober_at = &prober;
    Responder responder(io, segment, status("200 OK"));
    prober.update({target()});
    REQUIRE(run_until(
        io, [&] { return changes == 1; }, 60s));
    run_for(io, 300ms);
    CHECK(changes == 1);
    CHECK(responder.requests.size() == 1);
    CHECK(prober.results().empty());
}

TEST_CASE("a Prober may go while a probe is on its way") {
    Segment segment;
    asio::io_context io;
    Responder responder(io, segment, silence());
    unsigned changes = 0;
    {
        Prober prober(io, [&] { ++changes; });
        prober.update({target()});
        REQUIRE(run_until(
            io, [&] { return responder.requests.size() == 1; }, 60s));
    }
    run_for(io, 300ms);
    CHECK(changes == 0);
    CHECK(responder.requests.size() == 1);
}

TEST_CASE("many servers at once, each with its own result") {
    Farm farm(status("200 OK"));
    std::vector<Target> targets;
    for (int i = 0; i < 100; ++i) {
        auto one = target();
        one.id.server = "proxy" + std::to_string(i);
        one.port = i % 2 == 0 ? 5060 : 5061; // every other one closed
        one.settings.interval = 500ms;
        one.settings.timeout = 400ms;
        targets.push_back(one);
    }
    farm.prober.update(targets);
    run_for(farm.io, 2s);
    for (const auto &one : targets) {
        const auto result = farm.prober.results().at(one.id);
        INFO(result.reason);
        CHECK(result.health == (one.port == 5060 ? Health::Up : Health::Down));
    }
}

TEST_CASE("a neighbour that failed takes its server down at once") {
    Farm farm(status("200 OK"));
    auto slow = target();
    slow.settings.interval = 300ms;
    auto other_port = slow;
    other_port.id.server = "proxy2";
    other_port.port = 5061; // closed
    farm.prober.update({slow, other_port});
    const auto address = slow.address;
    NextHop hop;
    hop.resolved = true;
    farm.prober.note_neighbours({{address, hop}});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.prober.health().at(other_port.id) == Health::Unknown);

    NextHop gone;
    gone.problem = "no ARP answer";
    farm.prober.note_neighbours({{address, gone}}); // not known to have failed
    CHECK(farm.health() == Health::Up);
    gone.failed = true;
    farm.prober.note_neighbours({{address, gone}});
    CHECK(farm.health() == Health::Down);
    CHECK(farm.result().reason == "neighbour failed");
    CHECK(farm.prober.health().at(other_port.id) == Health::Down);
    farm.settle();
    CHECK(farm.changes == std::vector{Health::Up, Health::Down}); // both are told at once

    REQUIRE(farm.becomes(Health::Up)); // it was not so bad
    CHECK(farm.result().reason == "200 OK 2 of 2");
    farm.prober.note_neighbours({{address, gone}}); // no news
    CHECK(farm.health() == Health::Up);
    farm.prober.note_neighbours({{address, hop}});
    farm.prober.note_neighbours({{address, gone}});
    CHECK(farm.health() == Health::Down);
}

TEST_CASE("an entry that had failed before the first look says nothing") {
    Farm farm(status("200 OK"));
    auto known = target();
    known.initial = Health::Up;
    farm.prober.update({known});
    NextHop gone;
    gone.failed = true;
    farm.prober.note_neighbours({{known.address, gone}});
    CHECK(farm.health() == Health::Up);
}

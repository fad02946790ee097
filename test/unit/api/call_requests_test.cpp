// SPDX-License-Identifier: Apache-2.0
//
// What the API answers about calls, and does to them: a plan and a table in memory, a clock of the
// test's own.
#include "api/call_requests.hpp"
#include "call_cases.hpp"
#include "plan_world.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::api;
using api::Answer;
using http::Problem;
using nlohmann::json;

namespace {

constexpr calls::Secret kSecret = {1, 2};

std::uint64_t hash_of(std::string_view text) {
    return finder_hash(
        kSecret.data(),
        {reinterpret_cast<const std::uint8_t *>(text.data()), text.size(), text.size()},
        {0, text.size()});
}

struct Scene final : CallSource {
    plan::test::World config;
    plan::Plan plan;
    mutable std::vector<ss_bucket> table; // as memory that others change
    mutable std::vector<ss_births> births;
    mutable std::vector<ss_bucket> before; // the table that it replaces; empty: none
    mutable std::vector<ss_server_load> loads{SS_MAX_SERVERS};
    calls::Lifetimes lifetimes{calls::test::kPool};
    std::uint32_t now = calls::test::kNow;
    calls::SweepTotals totals;
    std::set<std::string> draining;
    boost::asio::io_context io;
    farm::Rehomes rehomes{io, *this};
    CallRequests requests{*this, rehomes};

    explicit Scene(std::size_t buckets = 1000) : table(buckets), births(buckets) { replan(); }

    void replan() { plan = config.plan(&plan); }

    Counted counted() const override { return {totals, 1.5}; }
    bool is_draining(const ServerId &id) const override { return draining.contains(id.server); }

    farm::World world() const override {
        std::vector<calls::Segment> tables = {{table, births}};
        if (!before.empty()) {
            tables.push_back({before, {}});
        }
        return {std::move(tables),
                loads,
                plan,
                lifetimes,
                [this](std::uint16_t index) -> std::optional<calls::ServerName> {
                    const auto *server = farm::find_server(plan, index);
                    return server == nullptr ? std::nullopt
                                             : std::optional(calls::ServerName{server->id.pool,
                                                                               server->id.server});
                },
                kSecret,
                now,
                0,
                {}};
    }

    std::uint16_t index(const std::string &server) {
        return plan::test::find(plan, "p", server).index;
    }

    __u64 &place_of(const std::string &call_id) {
        const auto position = ss_call_position(hash_of(call_id), plan.pools[0].index);
        return table[ss_call_first_bucket(position, static_cast<std::uint32_t>(table.size()))]
            .entry[0];
    }

    void put(const std::string &call_id, std::uint32_t state, const std::string &server) {
        const auto position = ss_call_position(hash_of(call_id), plan.pools[0].index);
        place_of(call_id) = ss_call_make(ss_call_position_tag(position), state, index(server), now);
        loads[index(server)].live += ss_call_is_live(state);
    }

    std::int64_t live(const std::string &server) { return loads[index(server)].live; }
};

json body(const api::AnswerOrProblem &result, unsigned status = 200) {
    const auto *answer = std::get_if<Answer>(&result);
    if (answer == nullptr) {
        FAIL(std::get<Problem>(result).detail);
    }
    CHECK(answer->status == status);
    return answer->body;
}

Problem problem(const api::AnswerOrProblem &result, unsigned status) {
    REQUIRE(std::holds_alternative<Problem>(result));
    const auto &problem = std::get<Problem>(result);
    CHECK(problem.status == status);
    return problem;
}

api::CallQuery call(const std::string &call_id) {
    api::CallQuery query;
    query.call_id = call_id;
    return query;
}

} // namespace

TEST_CASE("a call by its Call-ID, or what would happen to it") {
    Scene scene;
    scene.put("x@y", SS_CALL_CONFIRMED, "b");
    const auto found = body(scene.requests.show(call("x@y")));
    CHECK(found["found"] == true);
    CHECK(found["call_id"] == "x@y");
    CHECK(found["pools"][0]["call"]["server"] == "b");
    const auto absent = body(scene.requests.show(call("z@y")));
    CHECK(absent["found"] == false);
    CHECK(absent["pools"][0]["if_new"]["server"].is_string());

    auto query = call("x@y");
    query.pool = "nobody";
    CHECK(problem(scene.requests.show(query), 400).parameter == "pool");
    query = call("x@y");
    query.source = "here";
    CHECK(problem(scene.requests.show(query), 400).parameter == "source");
    problem(scene.requests.show(call("a\nb")), 400);

    scene.config.config.pools[0].mode = config::PoolMode::Stateless;
    scene.replan();
    problem(scene.requests.show(call("x@y")), 404);
    query = call("x@y");
    query.pool = "p";
    CHECK(body(scene.requests.show(query))["found"] == false);
}

TEST_CASE("filters of the listing, and the totals beside it") {
    Scene scene;
    scene.put("early", SS_CALL_EARLY, "a");
    scene.put("old", SS_CALL_CONFIRMED, "b");
    scene.now += 5; // ticks: 11 s
    scene.put("young", SS_CALL_CONFIRMED, "b");
    const auto list = [&](const auto &set) {
        api::CallsQuery query;
        set(query);
        return body(scene.requests.list(query));
    };
    const auto count = [&](const auto &set) { return list(set)["calls"].size(); };
    CHECK(count([](auto &) {}) == 3);
    CHECK(count([](auto &query) { query.pool = "p"; }) == 3);
    CHECK(count([](auto &query) { query.server = "b"; }) == 2);
    CHECK(count([](auto &query) { query.state = "confirmed"; }) == 2);
    CHECK(count([](auto &query) { query.idle_longer_than = 10; }) == 2);
    CHECK(count([](auto &query) { query.idle_longer_than = 11; }) == 0);
    CHECK(count([](auto &query) { query.older_than = 100; }) == 3); // their births are not known
    CHECK(count([](auto &query) {
              query.server = "b";
              query.idle_longer_than = 10;
          }) == 1);
    CHECK(count([](auto &query) { query.limit = 2; }) == 2);
    const auto page = list([](auto &query) { query.limit = 2; });
    REQUIRE(page["more"] == true);
    CHECK(count([&](auto &query) { query.after = page["next"].get<std::uint64_t>(); }) == 1);

    calls::Sweeper sweeper({{scene.table, scene.births}}, scene.loads);
    REQUIRE(sweeper.sweep_slice(scene.table.size(), scene.now, scene.lifetimes));
    scene.totals = sweeper.totals();
    const auto totals = list([](auto &query) { query.state = "early"; })["totals"];
    CHECK(totals["calls"] == 3);
    CHECK(totals["pools"]["p"]["servers"]["b"]["by_state"]["confirmed"] == 2);
    CHECK(totals["counted_seconds_ago"] == 1.5);

    const auto refused = [&](const auto &set) {
        api::CallsQuery query;
        set(query);
        return problem(scene.requests.list(query), 400).parameter;
    };
    CHECK(refused([](auto &query) { query.pool = "q"; }) == "pool");
    CHECK(refused([](auto &query) { query.server = "d"; }) == "server");
    CHECK(refused([](auto &query) { query.state = "dead"; }) == "state");
}

TEST_CASE("shorter lifetimes hold for calls that are there") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "a");
    scene.now += 50;
    CHECK(body(scene.requests.show(call("call")))["found"] == true);
    calls::StateLifetimes shorter = calls::test::kPool;
    shorter[SS_CALL_CONFIRMED] = 49;
    scene.lifetimes.set(scene.index("a"), shorter);
    CHECK(body(scene.requests.show(call("call")))["found"] == false);
    calls::Sweeper sweeper({{scene.table, scene.births}}, scene.loads);
    CHECK(sweeper.sweep_slice(scene.table.size(), scene.now, scene.lifetimes));
    CHECK(sweeper.totals().expired == 1);
    CHECK(scene.live("a") == 0);
}

TEST_CASE("a call is removed") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "a");
    const auto removed = body(scene.requests.remove(call("call")));
    REQUIRE(removed["removed"].size() == 1);
    CHECK(removed["removed"][0]["pool"] == "p");
    CHECK(removed["removed"][0]["server"] == "a");
    CHECK(removed["removed"][0]["state"] == "confirmed");
    CHECK(scene.place_of("call") == 0);
    CHECK(scene.live("a") == 0);
    problem(scene.requests.remove(call("call")), 404);
    // One whose time is over is the sweep's.
    scene.put("call", SS_CALL_CLOSING, "a");
    scene.now += 6;
    problem(scene.requests.remove(call("call")), 404);
    CHECK(scene.place_of("call") != 0);
}

TEST_CASE("a call that is in the table before a resize is a call like any") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "a");
    scene.before.swap(scene.table);
    scene.table.resize(2000);
    scene.births.resize(2000);
    CHECK(body(scene.requests.show(call("call")))["pools"][0]["call"]["table"] == 1);
    CHECK(body(scene.requests.list({}))["calls"].size() == 1);
    CHECK(body(scene.requests.rehome(call("call"), "b"))["rehomed"]["server"] == "b");
    CHECK(scene.live("a") == 0);
    CHECK(scene.live("b") == 1);
    body(scene.requests.rehome_server("p", "b"), 202);
    scene.io.run();
    CHECK(scene.live("b") == 0);
    // For a moment the data plane has a call in both.
    scene.put("call", SS_CALL_CONFIRMED, "a");
    CHECK(body(scene.requests.remove(call("call")))["removed"].size() == 1);
    CHECK(body(scene.requests.show(call("call")))["found"] == false);
    CHECK(scene.live("a") + scene.live("b") + scene.live("c") == 0);
}

TEST_CASE("what is missing of the key is asked for before a call is removed or moved") {
    Scene scene;
    scene.config.config.pools[0].key = config::Key::CallIdAndVia;
    scene.replan();
    problem(scene.requests.remove(call("call")), 404);
    auto query = call("call");
    query.pool = "p";
    CHECK(problem(scene.requests.remove(query), 400).parameter == "via");
    CHECK(problem(scene.requests.rehome(query, std::nullopt), 400).parameter == "via");
}

TEST_CASE("a call is given another server") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "a");
    SECTION("the one that is named") {
        const auto done = body(scene.requests.rehome(call("call"), "c"))["rehomed"];
        CHECK(done["from"] == "a");
        CHECK(done["server"] == "c");
        CHECK(ss_call_server(scene.place_of("call")) == scene.index("c"));
        CHECK(scene.live("a") == 0);
        CHECK(scene.live("c") == 1);
    }
    SECTION("the one the scheduler says, never its own") {
        const auto done = body(scene.requests.rehome(call("call"), std::nullopt))["rehomed"];
        CHECK(done["server"] != "a");
        CHECK(scene.live("a") == 0);
        CHECK(scene.live("b") + scene.live("c") == 1);
    }
    SECTION("not one that the pool does not have, that is down or draining") {
        CHECK(problem(scene.requests.rehome(call("call"), "d"), 422).pointer == "/server");
        scene.draining = {"b"};
        problem(scene.requests.rehome(call("call"), "b"), 409);
        scene.config.observed.health[{"p", "c"}] = Health::Down;
        scene.replan();
        problem(scene.requests.rehome(call("call"), "c"), 409);
        CHECK(scene.live("a") == 1);
    }
    SECTION("not if there is no other") {
        scene.config.observed.health[{"p", "b"}] = Health::Down;
        scene.config.observed.health[{"p", "c"}] = Health::Down;
        scene.replan();
        problem(scene.requests.rehome(call("call"), std::nullopt), 409);
    }
    SECTION("not a call that is not there") {
        problem(scene.requests.rehome(call("other"), "b"), 404);
    }
}

TEST_CASE("all running calls of a server go to the others, by their weights") {
    Scene scene(50'000);
    scene.config.config.pools[0].servers[1].weight = 200; // b; c has 100
    scene.replan();
    const auto a = scene.index("a");
    for (std::size_t i = 0; i < 3000; i++) {
        scene.table[i * 15].entry[i % 8] =
            ss_call_make(static_cast<std::uint32_t>(i + 1), SS_CALL_CONFIRMED, a, scene.now);
    }
    scene.loads[a].live = 3000;
    problem(scene.requests.rehome_progress("p", "a"), 404);
    CHECK(body(scene.requests.rehome_server("p", "a"), 202)["state"] == "running");
    problem(scene.requests.rehome_server("p", "a"), 409);
    CHECK(scene.rehomes.slice());
    const auto half = body(scene.requests.rehome_progress("p", "a"));
    CHECK(half["state"] == "running");
    CHECK(half["buckets"] == 50'000);
    CHECK(half["buckets_done"].get<int>() > 0);
    CHECK(half["moved"].get<int>() + half["left"].get<int>() == 3000);
    scene.io.run();
    const auto done = body(scene.requests.rehome_progress("p", "a"));
    CHECK(done["state"] == "done");
    CHECK(done["moved"] == 3000);
    CHECK(done["left"] == 0);
    CHECK(scene.live("a") == 0);
    CHECK(scene.live("b") == 2000);
    CHECK(scene.live("c") == 1000);
    CHECK(body(scene.requests.rehome_server("p", "a"), 202)["moved"] == 0);
}

TEST_CASE("who listens is told of each call that is moved, and of no more than he can take") {
    Scene scene(50'000);
    const auto a = scene.index("a");
    for (std::size_t i = 0; i < 3000; i++) {
        scene.table[i].entry[0] =
            ss_call_make(static_cast<std::uint32_t>(i + 1), SS_CALL_CONFIRMED, a, scene.now);
    }
    std::size_t told = 0;
    scene.rehomes.set_tell([&](const calls::Placed &call, std::uint16_t to) {
        CHECK(ss_call_server(call.entry) == a);
        CHECK(to != a);
        told++;
        return true;
    });
    body(scene.requests.rehome_server("p", "a"), 202);
    CHECK(scene.rehomes.slice());
    CHECK(told == 512);
    scene.io.run();
    CHECK(told == 3000);
    CHECK(body(scene.requests.rehome_progress("p", "a"))["moved"] == 3000);
}

TEST_CASE("calls of a server stay where there is nobody to take them") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "a");
    problem(scene.requests.rehome_server("p", "d"), 404);
    SECTION("from the beginning") {
        scene.config.observed.health[{"p", "b"}] = Health::Down;
        scene.config.observed.health[{"p", "c"}] = Health::Down;
        scene.replan();
        problem(scene.requests.rehome_server("p", "a"), 409);
    }
    SECTION("any more") {
        body(scene.requests.rehome_server("p", "a"), 202);
        scene.config.observed.health[{"p", "b"}] = Health::Down;
        scene.config.observed.health[{"p", "c"}] = Health::Down;
        scene.replan();
        CHECK_FALSE(scene.rehomes.slice());
        const auto end = body(scene.requests.rehome_progress("p", "a"));
        CHECK(end["state"] == "given_up");
        CHECK_FALSE(end["problem"].get<std::string>().empty());
    }
    CHECK(scene.live("a") == 1);
}

TEST_CASE("a datagram's way") {
    Scene scene;
    const std::string invite = "INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h:5060\r\n"
                               "To: <sip:bob@x>\r\nCall-ID: call\r\n\r\n";
    scene.put("call", SS_CALL_EARLY, "c");
    api::ExplainQuery query;
    query.payload = invite;
    const auto answer = body(scene.requests.explain(query));
    CHECK(answer["kind"] == "request");
    CHECK(answer["method"] == "INVITE");
    CHECK(answer["call_id"] == "call");
    CHECK(answer["to_user"] == "bob");
    CHECK(answer["via"] == "h:5060");
    CHECK(answer["service"] == "sip");
    CHECK(answer["pool"]["call"]["server"] == "c");
    query.payload = "\r\n\r\n";
    const auto keepalive = body(scene.requests.explain(query));
    CHECK(keepalive["kind"] == "keepalive");
    CHECK(keepalive["call_id"] == nullptr);
    query.service = "other";
    CHECK(problem(scene.requests.explain(query), 400).parameter == "service");
    query.service = "sip";
    query.source = "192.0.2.300";
    CHECK(problem(scene.requests.explain(query), 400).parameter == "source");
}

namespace {

using namespace std::string_literals;

std::string two_bytes(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// An IPv4 packet of UDP to port 5060, from what its fragment has: all of a datagram of
/// `length` bytes if it has so many.
std::string packet_of(const std::string &payload, std::size_t length) {
    const auto flags = payload.size() < length ? "\x20\0"s : "\0\0"s; // more fragments
    return "\x45\0"s + two_bytes(28 + payload.size()) + "\0\7"s + flags + "\x40\x11\0\0"s +
           "\xc0\0\x02\x01\xc6\x33\x64\x64"s + two_bytes(5060) + two_bytes(5060) +
           two_bytes(8 + length) + "\0\0"s + payload;
}

/// A capture of raw IP.
std::string capture_of(const std::vector<std::string> &packets) {
    std::string capture = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0"s;
    for (const auto &packet : packets) {
        const std::string size = {static_cast<char>(packet.size()),
                                  static_cast<char>(packet.size() >> 8), '\0', '\0'};
        capture += "\1\0\0\0\0\0\0\0"s + size + size + packet;
    }
    return capture;
}

const std::string kBye = "BYE sip:b@x SIP/2.0\r\nCall-ID: call\r\n";

} // namespace

TEST_CASE("a datagram in fragments has the way of its first one, if the Call-ID is in it") {
    Scene scene;
    scene.put("call", SS_CALL_CONFIRMED, "c");
    auto later = packet_of("body", 4);
    later[7] = 100; // offset
    const std::string open = kBye.substr(0, kBye.size() - 2);
    const auto capture = capture_of({packet_of(kBye, 2000), later, packet_of(open, 2000),
                                     packet_of(open + " \t", 2000), packet_of(open, open.size()),
                                     packet_of("BYE sip:b@x SIP/2.0\r\n", 2000)});
    const auto answer = body(scene.requests.explain_capture({capture, std::nullopt, 100}));
    const auto &datagrams = answer["datagrams"];
    REQUIRE(datagrams.size() == 6);
    CHECK(datagrams[0]["part"] == "first_fragment");
    CHECK(datagrams[0]["way"]["call_id"] == "call");
    CHECK(datagrams[0]["way"]["method"] == "BYE");
    CHECK(datagrams[0]["way"]["pool"]["call"]["server"] == "c");
    CHECK(datagrams[1]["part"] == "later_fragment");
    CHECK(datagrams[1]["way"].is_null());
    CHECK(datagrams[2]["part"] == "first_fragment");
    CHECK(datagrams[2]["way"].is_null()); // the Call-ID may go on
    CHECK(datagrams[3]["way"].is_null());
    CHECK(datagrams[4]["part"] == "whole");
    CHECK(datagrams[4]["way"]["call_id"] == "call");
    CHECK(datagrams[5]["way"].is_null());
    CHECK(answer["problem"].is_null());
}

TEST_CASE("a capture that is cut off is answered as far as it goes") {
    Scene scene;
    const std::string whole = packet_of(kBye, kBye.size());
    const std::string capture = capture_of({whole, whole});
    const auto ask = [&](std::size_t bytes) {
        return scene.requests.explain_capture({capture.substr(0, bytes), std::nullopt, 100});
    };
    auto answer = body(ask(capture.size()));
    CHECK(answer["datagrams"].size() == 2);
    CHECK(answer["problem"].is_null());
    answer = body(ask(capture.size() - 1));
    CHECK(answer["frames"] == 1);
    CHECK(answer["datagrams"].size() == 1);
    CHECK_THAT(answer["problem"].get<std::string>(),
               Catch::StartsWith("after frame 1: ") && Catch::Contains("truncated"));
    CHECK_THAT(problem(ask(60), 400).detail, Catch::Contains("truncated"));
    problem(ask(10), 400);
}

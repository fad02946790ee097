// SPDX-License-Identifier: Apache-2.0
//
// Servers that leave: drained, dead, or given to another pool.
#include "weights.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const Weights kWeights = {{0, 100}, {1, 200}, {2, 300}, {3, 400}};

Packet message(std::string_view method, int number) {
    return to_vip(request(method, numbered_call(number)));
}

/// So many calls, confirmed; the server of each.
std::vector<__u32> start_calls(Farm &farm, int first, int count) {
    std::vector<__u32> servers;
    for (int i = first; i < first + count; i++) {
        servers.push_back(farm.server_for(message("INVITE", i)).value());
        CHECK(farm.server_for(message("ACK", i)) == servers.back());
    }
    return servers;
}

} // namespace

TEST_CASE("below the quorum: no new calls, running ones go on and find another server",
          "[rehome]") {
    const auto scheduler =
        GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_TURNS, SS_SCHEDULER_LEAST_CALLS);
    WeightedFarm farm(kWeights);
    farm.scheduler(0, scheduler);
    const auto servers = start_calls(farm, 0, 20);
    farm.below_quorum(0);
    farm.server(3, {.flags = SS_SERVER_IN_USE});
    farm.whole_ring(0, scheduler == SS_SCHEDULER_TURNS
                           ? *turns_of({{0, 100}, {1, 200}, {2, 300}})
                           : *maglev_of({{0, 100}, {1, 200}, {2, 300}}));
    int moved = 0;
    for (int i = 0; i < 20; i++) {
        const __u32 before = servers[static_cast<size_t>(i)];
        const __u32 now = farm.steer(message("BYE", i),
                                     before == 3 ? SS_REASON_CALL_REHOMED : SS_REASON_CALL_HIT);
        CHECK((before == 3 ? now != 3 : now == before));
        moved += before == 3 ? 1 : 0;
    }
    CHECK(moved > 0);
    for (const char *method : {"INVITE", "REGISTER", "MESSAGE"}) {
        const Outcome outcome = farm.run(message(method, 100));
        CHECK(outcome.reason == SS_REASON_NO_SERVER);
        CHECK(outcome.verdict == SS_VERDICT_DROP);
    }
    // Not where its user is registered either.
    farm.key(0, SS_KEY_ADDRESS_OF_RECORD);
    CHECK(farm.run(message("INVITE", 101)).reason == SS_REASON_NO_SERVER);
}

TEST_CASE("a draining server: running calls stay, no new ones", "[rehome]") {
    WeightedFarm farm(kWeights);
    const auto servers = start_calls(farm, 0, 100);
    const auto live = farm.load(3).live;
    REQUIRE(live > 0);
    farm.whole_ring(0, *maglev_of({{0, 100}, {1, 200}, {2, 300}})); // 3 forwards and is in no ring
    for (int i = 0; i < 100; i++) {
        CHECK(farm.steer(message("INFO", i), SS_REASON_CALL_HIT) ==
              servers[static_cast<size_t>(i)]);
        CHECK(farm.steer(message("INVITE", 100 + i), SS_REASON_CALL_NEW) != 3);
    }
    CHECK(farm.load(3).live == live);
    for (int i = 0; i < 100; i++) {
        CHECK(farm.steer(message("BYE", i), SS_REASON_CALL_HIT) == servers[static_cast<size_t>(i)]);
    }
    CHECK(farm.load(3).live == 0);
}

TEST_CASE("a dead server's calls are spread by weight and stay there", "[rehome]") {
    constexpr int kBatch = 200;
    std::map<__u32, int> took_over;
    WeightedFarm farm(kWeights);
    const auto all = maglev_of(kWeights);
    const auto rest = maglev_of({{0, 100}, {1, 200}, {2, 300}});
    for (int first = 0; first < 20 * kBatch; first += kBatch) {
        farm.forget_calls();
        farm.server(3, {.weight = 400});
        farm.whole_ring(0, *all);
        auto servers = start_calls(farm, first, kBatch);
        farm.server(3, {.flags = SS_SERVER_IN_USE});
        farm.whole_ring(0, *rest);
        for (int i = 0; i < kBatch; i++) {
            __u32 &server = servers[static_cast<std::size_t>(i)];
            const __u32 now = farm.server_for(message("INFO", first + i)).value();
            if (server == 3) {
                took_over[now]++;
                server = now;
            }
            REQUIRE(now == server);
        }
        // It returns, and takes none back.
        farm.server(3, {.weight = 400});
        farm.whole_ring(0, *all);
        for (int i = 0; i < kBatch; i++) {
            REQUIRE(farm.server_for(message("BYE", first + i)) ==
                    servers[static_cast<std::size_t>(i)]);
        }
    }
    check_shares(took_over, {{0, 100}, {1, 200}, {2, 300}}, 0.15);
    __u64 counted = 0, expected = 0;
    for (const auto &[server, count] : took_over) {
        counted += farm.server_counters(server).rehomed;
        expected += static_cast<__u64>(count);
    }
    CHECK(counted == expected);
    for (__u32 i = 0; i < 4; i++) {
        CHECK(farm.load(i).live == 0);
    }
}

TEST_CASE("a dead server's calls with least-calls and turns", "[rehome]") {
    const bool turns = GENERATE(false, true);
    const Weights rest = {{0, 100}, {1, 100}, {2, 200}};
    WeightedFarm farm(Weights{{3, 100}});
    const auto servers = start_calls(farm, 0, 200);
    farm.scheduler(0, turns ? SS_SCHEDULER_TURNS : SS_SCHEDULER_LEAST_CALLS);
    for (const auto &[index, weight] : rest) {
        farm.server(index, {.weight = weight});
    }
    farm.server(3, {.flags = SS_SERVER_IN_USE});
    farm.whole_ring(0, turns ? *turns_of(rest) : *maglev_of(rest));
    std::map<__u32, int> took_over;
    for (int i = 0; i < 200; i++) {
        took_over[farm.steer(message("INFO", i), SS_REASON_CALL_REHOMED)]++;
    }
    check_shares(took_over, rest, 0);
    CHECK(farm.load(3).live == 0);
    CHECK(farm.load(2).live == 100);
}

TEST_CASE("a running call that lost its server gets another one, full or not", "[rehome]") {
    const auto scheduler = GENERATE(SS_SCHEDULER_HASH, SS_SCHEDULER_LEAST_CALLS);
    WeightedFarm farm(Weights{{3, 100}});
    start_calls(farm, 0, 1);
    farm.scheduler(0, scheduler);
    farm.server(3, {.flags = SS_SERVER_IN_USE});
    farm.server(0, {.most_calls = 1});
    farm.set_load(0, 1);
    farm.whole_ring(0, *maglev_of({{0, 100}}));
    CHECK(farm.run(message("INVITE", 1)).reason == SS_REASON_POOL_FULL); // a new one does not
    CHECK(farm.steer(message("INFO", 0), SS_REASON_CALL_REHOMED) == 0);
    CHECK(farm.load(0).live == 2);
}

TEST_CASE("a registration leaves a server that takes no new calls", "[rehome]") {
    WeightedFarm farm(Weights{{3, 100}});
    CHECK(farm.steer(message("REGISTER", 0), SS_REASON_CALL_NEW) == 3);
    CHECK(farm.steer(message("SUBSCRIBE", 1), SS_REASON_CALL_NEW) == 3);
    start_calls(farm, 2, 1);
    farm.server(3, {.flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD}); // draining
    SECTION("with its next REGISTER, if there is another server") {
        farm.whole_ring(0, *maglev_of({{0, 100}}));
        CHECK(farm.steer(message("REGISTER", 0), SS_REASON_CALL_REHOMED) == 0);
        CHECK(farm.steer(message("REGISTER", 0), SS_REASON_CALL_HIT) == 0);
        CHECK(farm.steer(message("SUBSCRIBE", 1), SS_REASON_CALL_HIT) == 3);
        CHECK(farm.steer(message("INFO", 2), SS_REASON_CALL_HIT) == 3);
    }
    SECTION("not if there is none") {
        farm.ring(0, {});
        CHECK(farm.steer(message("REGISTER", 0), SS_REASON_CALL_HIT) == 3);
    }
}

TEST_CASE("an entry whose server index is another pool's now is re-homed", "[rehome]") {
    Farm farm;
    const std::string call = "reused@example.com";
    const __u32 old = farm.steer(to_vip(request("INVITE", call)), SS_REASON_CALL_NEW);
    farm.pool(1);
    farm.server(old, {.pool = 1});
    const auto other = static_cast<__u16>((old + 1) % Farm::kServers);
    farm.ring(0, {other});
    farm.ring(1, {static_cast<__u16>(old)});
    CHECK(farm.steer(to_vip(request("ACK", call)), SS_REASON_CALL_REHOMED) == other);
    CHECK(farm.load(old).live == 0);
    CHECK(farm.load(other).live == 1);
    // In the other pool the server is as good as any.
    farm.service(3, kVip, 5080, 1);
    CHECK(farm.steer(
              Packet().eth().ipv4(kClient, kVip).udp(5060, 5080).payload(request("INVITE", call)),
              SS_REASON_CALL_NEW) == old);
    CHECK(farm.steer(to_vip(request("BYE", call)), SS_REASON_CALL_HIT) == other);
}

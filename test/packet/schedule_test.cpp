// SPDX-License-Identifier: Apache-2.0
//
// How each scheduler spreads 100,000 new calls.
#include "weights.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr int kCalls = 100'000;
const Weights kWeights = {{0, 100}, {1, 200}, {2, 300}, {3, 400}};
const Weights kEqual = {{0, 100}, {1, 100}, {2, 100}, {3, 100}};

Packet invite(int number) {
    return to_vip(request("INVITE", numbered_call(number)));
}

Packet from_client(int client, int call) {
    const std::string address =
        "203." + std::to_string(client / 250) + ".113." + std::to_string(client % 250 + 1);
    return Packet()
        .eth()
        .ipv4(address, kVip)
        .udp(5060, 5060)
        .payload(request("INVITE", numbered_call(call)));
}

std::uint64_t client_hash(int client) {
    return source_hash("203." + std::to_string(client / 250) + ".113." +
                       std::to_string(client % 250 + 1));
}

} // namespace

TEST_CASE("hash: by weight", "[schedule][many]") {
    WeightedFarm farm(kWeights);
    const auto calls = farm.give_calls(kCalls);
    check_shares(calls, kWeights, 0.04);
    for (const auto &[server, count] : calls) {
        CHECK(farm.server_counters(server).new_calls == static_cast<__u64>(count));
        CHECK(farm.server_counters(server).refused == 0);
        CHECK(farm.load(server).live == count);
    }
}

TEST_CASE("hash: a server of weight 0 gets no new call", "[schedule]") {
    WeightedFarm farm({{0, 100}, {1, 0}, {2, 100}});
    check_shares(farm.give_calls(5000), {{0, 100}, {2, 100}}, 0.1);
}

TEST_CASE("hash, stateless: the same on every director, whatever came before", "[schedule]") {
    const auto ring = maglev_of(kWeights);
    std::map<int, __u32> servers;
    for (const bool backwards : {false, true}) {
        WeightedFarm farm(kWeights);
        farm.pool(0, SS_POOL_STATELESS);
        for (int i = 0; i < 5000; i++) {
            const int call = backwards ? 4999 - i : i;
            const auto server = farm.server_for(invite(call));
            REQUIRE(server);
            CHECK(*server == ring->slot[ss_ring_slot(call_hash(numbered_call(call)))]);
            CHECK(servers.emplace(call, *server).first->second == *server);
        }
        CHECK(farm.entries().empty());
        CHECK(farm.load(0).live == 0);
    }
}

TEST_CASE("source: all calls of a client to one server, clients by weight", "[schedule][many]") {
    constexpr int kClients = 10'000;
    const bool stateless = GENERATE(false, true);
    WeightedFarm farm(kWeights);
    farm.pool(0, stateless ? SS_POOL_STATELESS : SS_POOL_STATEFUL);
    farm.scheduler(0, SS_SCHEDULER_SOURCE);
    const auto ring = maglev_of(kWeights);
    std::map<int, __u32> servers;
    std::map<__u32, int> clients;
    for (int i = 0; i < kCalls; i++) {
        if (i % 128 == 0) {
            farm.forget_calls();
        }
        const int client = i % kClients;
        const auto server = farm.server_for(from_client(client, i));
        REQUIRE(server);
        const auto [known, fresh] = servers.emplace(client, *server);
        clients[*server] += fresh;
        if (fresh) {
            CHECK(*server == ring->slot[ss_ring_slot(client_hash(client))]);
        }
        REQUIRE(known->second == *server);
    }
    check_shares(clients, kWeights, 0.1);
}

TEST_CASE("source: a call stays where it is though its client moves", "[schedule]") {
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_SOURCE);
    const auto server = farm.server_for(from_client(0, 1));
    REQUIRE(server);
    for (int client = 1; client < 20; client++) {
        CHECK(farm.server_for(from_client(client, 1)) == server);
    }
    CHECK(farm.entries().size() == 1);
}

TEST_CASE("turns: one server after the other, by weight", "[schedule][many]") {
    const Weights weights =
        GENERATE(Weights{{0, 100}, {1, 100}, {2, 100}, {3, 100}}, Weights{{0, 1}, {1, 2}, {2, 3}},
                 Weights{{0, 100}, {1, 200}, {2, 300}, {3, 400}});
    const auto ring = turns_of(weights);
    WeightedFarm farm(weights);
    farm.scheduler(0, SS_SCHEDULER_TURNS);
    farm.whole_ring(0, *ring);
    std::map<__u32, int> calls;
    for (int i = 0; i < kCalls; i++) {
        if (i % 128 == 0) {
            farm.forget_calls();
        }
        const auto server = farm.server_for(invite(i));
        REQUIRE(server);
        REQUIRE(*server == ring->slot[static_cast<__u32>(i) % ring->slots]);
        calls[*server]++;
    }
    check_shares(calls, weights, 0.0005);
}

TEST_CASE("turns: only new calls take one", "[schedule]") {
    const auto ring = turns_of(kEqual);
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_TURNS);
    farm.whole_ring(0, *ring);
    for (int i = 0; i < 40; i++) {
        const __u32 server = farm.steer(invite(i), SS_REASON_CALL_NEW);
        CHECK(server == ring->slot[static_cast<__u32>(i) % ring->slots]);
        for (const char *method : {"INVITE", "ACK", "INFO", "BYE"}) {
            CHECK(farm.steer(to_vip(request(method, numbered_call(i))), SS_REASON_CALL_HIT) ==
                  server);
        }
    }
}

TEST_CASE("least-calls: live calls level out by weight", "[schedule][many]") {
    WeightedFarm farm(kWeights);
    farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
    for (int given = 0; given < kCalls; given += 1000) {
        farm.give_calls(1000);
        for (const auto &[mine, weight] : kWeights) {
            for (const auto &[other, other_weight] : kWeights) {
                // Nobody has more for his weight than another would have with one more.
                REQUIRE(farm.load(mine).live * other_weight <=
                        (farm.load(other).live + 1) * weight);
            }
        }
    }
    for (const auto &[server, weight] : kWeights) {
        CHECK(farm.load(server).live == kCalls / 1000 * weight);
    }
}

TEST_CASE("least-calls: whoever has fewest gets the next until he has as many", "[schedule]") {
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
    for (__u32 i = 0; i < 4; i++) {
        farm.set_load(i, i == 2 ? 10 : 50);
    }
    CHECK(farm.give_calls(40) == std::map<__u32, int>{{2, 40}});
    check_shares(farm.give_calls(100), kEqual, 0);
}

TEST_CASE("least-calls: among equals each in its turn", "[schedule]") {
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
    std::vector<__u32> order;
    for (int i = 0; i < 12; i++) {
        order.push_back(farm.steer(invite(i), SS_REASON_CALL_NEW));
        farm.set_load(order.back(), 0);
    }
    CHECK(order == std::vector<__u32>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3});
}

TEST_CASE("least-calls: a server of weight 0 and one without live calls below 0", "[schedule]") {
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
    farm.server(0, {.weight = 0});
    farm.set_load(1, -5); // the controller puts such a count right
    farm.set_load(2, 1);
    farm.set_load(3, 1);
    CHECK(farm.steer(invite(1), SS_REASON_CALL_NEW) == 1);
    farm.set_load(1, 7);
    const __u32 next = farm.steer(invite(2), SS_REASON_CALL_NEW);
    CHECK((next == 2 || next == 3));
}

TEST_CASE("least-calls: what is no call goes by the ring", "[schedule]") {
    WeightedFarm farm(kEqual);
    farm.scheduler(0, SS_SCHEDULER_LEAST_CALLS);
    const auto ring = maglev_of(kEqual);
    for (__u32 i = 1; i < 4; i++) {
        farm.set_load(i, 1000);
    }
    for (int i = 0; i < 50; i++) {
        const auto slot = ss_ring_slot(call_hash(numbered_call(i)));
        CHECK(farm.steer(to_vip(request("OPTIONS", numbered_call(i))), SS_REASON_CALL_NEW) ==
              ring->slot[slot]);
    }
    CHECK(farm.load(0).live == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "weights.hpp"

#include "farm/plan/maglev.hpp"
#include "farm/plan/turns.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace sipsteer::test {

namespace {

std::vector<plan::RingMember> members_of(const Weights &weights) {
    std::vector<plan::RingMember> members;
    for (const auto &[index, weight] : weights) {
        const auto address = Address::parse("198.51.100." + std::to_string(index + 10));
        members.push_back(
            {plan::ring_identity(address.value(), 5060), weight, static_cast<__u16>(index)});
    }
    return members;
}

} // namespace

std::shared_ptr<const ss_ring> maglev_of(const Weights &weights) {
    return plan::make_ring(members_of(weights));
}

std::shared_ptr<const ss_ring> turns_of(const Weights &weights) {
    return plan::make_turns(members_of(weights));
}

WeightedFarm::WeightedFarm(const Weights &weights, const ServerAt &at) {
    for (const auto &[index, weight] : weights) {
        ServerAt weighted = at;
        weighted.weight = weight;
        server(index, weighted);
    }
    whole_ring(0, *maglev_of(weights));
}

std::map<__u32, int> WeightedFarm::give_calls(int count) {
    constexpr int kInTable = 128; // of 512: no bucket is full
    std::map<__u32, int> calls;
    for (int i = 0; i < count; i++) {
        if (i % kInTable == 0) {
            forget_calls();
        }
        const auto server = server_for(to_vip(request("INVITE", numbered_call(next_++))));
        REQUIRE(server);
        calls[*server]++;
    }
    return calls;
}

void check_shares(const std::map<__u32, int> &calls, const Weights &weights, double tolerance) {
    double all_calls = 0;
    double all_weights = 0;
    for (const auto &[server, count] : calls) {
        INFO("server " << server);
        CHECK(weights.count(server) == 1);
        all_calls += count;
    }
    for (const auto &[server, weight] : weights) {
        all_weights += weight;
    }
    for (const auto &[server, weight] : weights) {
        const double share = all_calls * weight / all_weights;
        const auto found = calls.find(server);
        const int count = found == calls.end() ? 0 : found->second;
        INFO("server " << server << ": " << count << " of " << all_calls << ", its share "
                       << share);
        CHECK(std::abs(count - share) <= tolerance * share);
    }
}

std::string numbered_call(int number) {
    return "call-" + std::to_string(number) + "@example.com";
}

} // namespace sipsteer::test

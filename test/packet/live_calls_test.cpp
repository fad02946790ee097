// SPDX-License-Identifier: Apache-2.0
//
// The count of a server's live calls is that of the call table, whatever happens to its entries.
#include "weights.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace sipsteer::test;

namespace {

constexpr __u32 kLifetime = 100; // Farm's, in ticks

/// Does what clients, servers and time do, in any order.
class Random {
public:
    explicit Random(unsigned seed) : random_(seed) {
        farm_.pool(1);
        farm_.service(3, kVip, 5080, 1);
        farm_.server(4, {.pool = 1});
        farm_.ring(1, {4});
    }

    void step() {
        const int what = below(1000);
        if (what < 950) {
            message();
        } else if (what < 980) {
            age();
        } else if (what < 995) {
            change_server();
        } else {
            farm_.scheduler(0, below(2) ? SS_SCHEDULER_HASH : SS_SCHEDULER_LEAST_CALLS);
        }
    }

    /// Counts the table's live calls; checks each server's count.
    void check() {
        std::map<__u32, __s64> live;
        for (const Entry &entry : farm_.entries()) {
            live[ss_call_server(entry.value)] += ss_call_is_live(ss_call_state(entry.value));
        }
        for (__u32 server = 0; server <= 4; server++) {
            INFO("server " << server);
            REQUIRE(farm_.load(server).live == live[server]);
            most_ = std::max(most_, live[server]);
        }
    }

    __s64 most() const { return most_; }
    std::map<__u32, int> reasons() const { return reasons_; }

private:
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

    void message() {
        static const std::vector<const char *> kMethods = {
            "INVITE", "INVITE", "INVITE",   "ACK",     "ACK",
            "BYE",    "CANCEL", "REGISTER", "OPTIONS", "INFO"};
        // More calls than the table has room for.
        const std::string call = numbered_call(below(900));
        const std::string method = kMethods[static_cast<std::size_t>(below(10))];
        const std::uint16_t port = below(10) == 0 ? 5080 : 5060;
        const std::string text = below(20) == 0 ? "SIP/2.0 200 OK\r\nCall-ID: " + call + "\r\n\r\n"
                                 : below(20) == 0 ? "\r\n"
                                                  : request(method, call);
        const std::string client = "203.0.113." + std::to_string(below(200) + 1);
        reasons_[farm_.run(Packet().eth().ipv4(client, kVip).udp(5060, port).payload(text))
                     .reason]++;
    }

    /// An entry has not been seen for as long as it lives.
    void age() {
        const auto entries = farm_.entries();
        if (entries.empty()) {
            return;
        }
        const Entry &entry =
            entries[static_cast<std::size_t>(below(static_cast<int>(entries.size())))];
        const __u32 seen = DataPlane::now() - kLifetime - 2;
        farm_.write_entry(entry.bucket, entry.slot,
                          (entry.value & ~__u64{SS_TICK_MASK}) | (seen & SS_TICK_MASK));
    }

    /// It dies, returns, comes into the other pool, or gets a limit.
    void change_server() {
        const auto index = static_cast<__u32>(below(4));
        ServerAt at;
        switch (below(4)) {
        case 0:
            at.flags = SS_SERVER_IN_USE;
            break;
        case 1:
            at.pool = 1;
            break;
        case 2:
            at.most_calls = 20;
            break;
        default:
            break;
        }
        farm_.server(index, at);
    }

    std::mt19937 random_;
    Farm farm_;
    __s64 most_ = 0;
    std::map<__u32, int> reasons_;
};

} // namespace

TEST_CASE("live calls: the servers' counts are the table's, at random", "[live][many]") {
    const auto seed = GENERATE(1U, 2U, 3U);
    Random random(seed);
    for (int i = 0; i < 4000; i++) {
        random.step();
        if (i % 10 == 0) {
            INFO("seed " << seed << ", step " << i);
            random.check();
        }
    }
    random.check();
    // All of it has happened.
    CHECK(random.most() > 50);
    const auto reasons = random.reasons();
    for (const ss_reason reason :
         {SS_REASON_CALL_NEW, SS_REASON_CALL_HIT, SS_REASON_CALL_REHOMED}) {
        INFO(reason_label(reason));
        CHECK(reasons.count(reason) == 1);
    }
}

TEST_CASE("live calls: an entry that is displaced", "[live]") {
    Farm farm;
    farm.ring(0, {2});
    const std::string call = "displaces@example.com";
    const __u64 position = ss_call_position(call_hash(call), 0);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 first = ss_call_first_bucket(position, kBuckets);
    const __u32 other = ss_call_other_bucket(first, tag, kBuckets);
    const auto state = GENERATE(SS_CALL_EARLY, SS_CALL_CLOSING);
    for (__u32 bucket = 0; bucket < kBuckets; bucket++) { // no entry has anywhere to move to
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            farm.write_entry(bucket, slot, ss_call_make(7, SS_CALL_CONFIRMED, 3, DataPlane::now()));
        }
    }
    for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
        farm.write_entry(first, slot, ss_call_make(0x100 + slot, state, 1, DataPlane::now()));
        farm.write_entry(other, slot, ss_call_make(0x200 + slot, state, 1, DataPlane::now()));
    }
    farm.set_load(1, state == SS_CALL_EARLY ? 16 : 0);
    CHECK(farm.steer(to_vip(request("INVITE", call)), SS_REASON_CALL_NEW) == 2);
    CHECK(farm.load(1).live == (state == SS_CALL_EARLY ? 15 : 0));
    CHECK(farm.load(2).live == 1);
}

TEST_CASE("live calls: an expired entry that is replaced", "[live]") {
    Farm farm;
    farm.ring(0, {2});
    const std::string call = "expired@example.com";
    const __u64 position = ss_call_position(call_hash(call), 0);
    const __u32 bucket = ss_call_first_bucket(position, kBuckets);
    farm.write_entry(bucket, 0,
                     ss_call_make(ss_call_position_tag(position), SS_CALL_CONFIRMED, 1,
                                  DataPlane::now() - kLifetime - 2));
    farm.set_load(1, 1);
    SECTION("by a new call") {
        farm.steer(to_vip(request("INVITE", call)), SS_REASON_CALL_NEW);
        CHECK(farm.load(2).live == 1);
    }
    SECTION("by what is no call") {
        farm.steer(to_vip(request("OPTIONS", call)), SS_REASON_CALL_NEW);
        CHECK(farm.load(2).live == 0);
    }
    CHECK(farm.load(1).live == 0);
    CHECK(farm.entries().size() == 1);
}

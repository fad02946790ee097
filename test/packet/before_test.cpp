// SPDX-License-Identifier: Apache-2.0
//
// Calls in the table that was in force before it was resized.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kCall = "before@example.com";

struct Buckets {
    __u32 first, other, tag;
};

/// Where the call's entry may be in the table before.
Buckets buckets_before(std::uint64_t hash) {
    const __u64 position = ss_call_position(hash, 0);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 first = ss_call_first_bucket(position, kBucketsBefore);
    return {first, ss_call_other_bucket(first, tag, kBucketsBefore), tag};
}

/// A server that the ring would not choose.
__u32 another_server(std::uint64_t hash) {
    return (Farm::ring_server(hash) + 1) % Farm::kServers;
}

/// Every place of the table in force is taken, by calls that cannot move.
void fill(Farm &farm, enum ss_call_state state, __u32 idle) {
    for (__u32 bucket = 0; bucket < kBuckets; bucket++) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            farm.write_entry(bucket, slot,
                             ss_call_make(0x1000 + bucket * SS_BUCKET_ENTRIES + slot, state, 0,
                                          Farm::now() - idle));
        }
    }
}

} // namespace

TEST_CASE("a call is brought over from the table before, as it was", "[before]") {
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    for (const __u32 bucket : {at.first, at.other}) {
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            Farm farm;
            const __u32 server = another_server(hash);
            farm.set_load(server, 1);
            farm.write_entry_before(
                bucket, slot, ss_call_make(at.tag, SS_CALL_CONFIRMED, server, Farm::now() - 7), 99,
                0x12345678);
            CHECK(farm.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_HIT) == server);
            CHECK(farm.entry_before(bucket, slot) == 0);
            const Entry entry = farm.call(kCall);
            CHECK(ss_call_state(entry.value) == SS_CALL_CONFIRMED);
            CHECK(ss_call_idle(entry.value, Farm::now()) <= 1);
            CHECK(farm.birth(entry) == 99);
            CHECK(farm.attempt(entry) == 0x12345678);
            CHECK(farm.load(server).live == 1);
            CHECK(farm.server_counters(server).new_calls == 0);
            CHECK(farm.steer(to_vip(request("BYE", kCall)), SS_REASON_CALL_HIT) == server);
        }
    }
}

TEST_CASE("a call is brought over into a table without room, as a new call would be entered",
          "[before]") {
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u32 server = another_server(hash);
    const __u32 idle = GENERATE(1, 101); // the other calls are alive, or over
    Farm farm;
    fill(farm, SS_CALL_EARLY, idle);
    farm.write_entry_before(at.first, 4,
                            ss_call_make(at.tag, SS_CALL_CONFIRMED, server, Farm::now()));
    CHECK(farm.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_HIT) == server);
    CHECK(farm.entry_before(at.first, 4) == 0);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CONFIRMED);
    const auto counters = farm.call_counters(0);
    CHECK(counters.displaced[SS_CALL_EARLY] == (idle == 1));
    CHECK(counters.expired == (idle != 1));
}

TEST_CASE("a call for which there is no room stays where it is, and with its server", "[before]") {
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u32 server = another_server(hash);
    Farm farm;
    fill(farm, SS_CALL_CONFIRMED, 1);
    farm.write_entry_before(at.other, 4,
                            ss_call_make(at.tag, SS_CALL_EARLY, server, Farm::now() - 9));
    CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT) == server);
    const __u64 entry = farm.entry_before(at.other, 4);
    CHECK(ss_call_state(entry) == SS_CALL_CONFIRMED);
    CHECK(ss_call_idle(entry, Farm::now()) <= 1);
    CHECK(farm.call_counters(0).displaced[SS_CALL_CONFIRMED] == 0);
    farm.server(server, {.flags = SS_SERVER_IN_USE}); // gone
    const auto elsewhere = farm.run(to_vip(request("INFO", kCall)));
    CHECK(elsewhere.action == XDP_TX);
    CHECK(server_of(elsewhere) != server);
}

TEST_CASE("a call that ended in the table before is a new one", "[before]") {
    Farm farm;
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u64 old =
        ss_call_make(at.tag, SS_CALL_CONFIRMED, another_server(hash), Farm::now() - 103);
    farm.write_entry_before(at.first, 2, old);
    CHECK(farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW) ==
          Farm::ring_server(hash));
    CHECK(farm.entry_before(at.first, 2) == old); // the sweep's to remove
}

TEST_CASE("what the new table has of a call is what counts", "[before]") {
    Farm farm;
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u32 server = farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    farm.write_entry_before(at.first, 0,
                            ss_call_make(at.tag, SS_CALL_EARLY, another_server(hash), Farm::now()));
    CHECK(farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT) == server);
    CHECK(farm.entries().size() == 1);
}

TEST_CASE("another call's entry in the table before stays there", "[before]") {
    Farm farm;
    const Buckets at = buckets_before(call_hash(kCall));
    const __u64 other = ss_call_make(at.tag ^ 1, SS_CALL_CONFIRMED, 0, Farm::now());
    farm.write_entry_before(at.first, 0, other);
    farm.write_entry_before(at.other, 0, other);
    farm.steer(to_vip(request("INVITE", kCall)), SS_REASON_CALL_NEW);
    CHECK(farm.entry_before(at.first, 0) == other);
    CHECK(farm.entry_before(at.other, 0) == other);
}

TEST_CASE("a call of a server that is gone is brought over and re-homed", "[before]") {
    Farm farm;
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u32 gone = another_server(hash);
    farm.server(gone, {.flags = SS_SERVER_IN_USE});
    farm.write_entry_before(at.first, 0,
                            ss_call_make(at.tag, SS_CALL_CONFIRMED, gone, Farm::now()));
    CHECK(farm.steer(to_vip(request("INFO", kCall)), SS_REASON_CALL_REHOMED) ==
          Farm::ring_server(hash));
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CONFIRMED);
}

TEST_CASE("a registration in the table before draws its user's calls", "[before]") {
    Farm farm;
    farm.key(0, SS_KEY_ADDRESS_OF_RECORD);
    const std::uint64_t user = user_hash("bob");
    const Buckets at = buckets_before(user);
    const __u32 server = another_server(user);
    farm.write_entry_before(at.first, 0, ss_call_make(at.tag, SS_CALL_OTHER, server, Farm::now()));
    const auto invite = request_to("INVITE", kCall, "<sip:bob@example.com>");
    CHECK(farm.steer(to_vip(invite), SS_REASON_CALL_NEW) == server);
}

TEST_CASE("an ICMP error about a call in the table before reaches its server", "[before]") {
    Farm farm;
    const std::uint64_t hash = call_hash(kCall);
    const Buckets at = buckets_before(hash);
    const __u32 server = another_server(hash);
    farm.write_entry_before(at.other, 3,
                            ss_call_make(at.tag, SS_CALL_CONFIRMED, server, Farm::now()));
    const Bytes sent = Packet()
                           .eth()
                           .ipv4(kVip, kClient)
                           .udp(5060, 5060)
                           .payload(request("OPTIONS", kCall))
                           .bytes();
    const auto error =
        Packet().eth().ipv4("192.0.2.1", kVip).icmp(3, 3, 0, {sent.begin() + 14, sent.end()});
    CHECK(server_of(farm.run(error)) == server);
    CHECK(farm.entry_before(at.other, 3) != 0);
}

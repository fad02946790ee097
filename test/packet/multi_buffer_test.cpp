// SPDX-License-Identifier: Apache-2.0
//
// Frames of several pieces (xdp.frags): larger than a page. The first piece of a test run's frame
// ends at about byte 3500; where exactly is the kernel's business.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kStart = "INVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1\r\n"
                           "CSeq: 1 INVITE\r\nX: ";
const std::string kCall = "a84b4c76e66710@pc33.example.com.the-longest-name-in-the-world";

/// A message of `size` bytes whose Call-ID header starts at byte `at`.
std::string with_call_id_at(std::size_t at, std::size_t size) {
    std::string message = kStart + std::string(at - kStart.size() - 2, 'x') +
                          "\r\nCall-ID: " + kCall + "\r\nContent-Length: 0\r\n\r\n";
    message.resize(std::max(size, message.size()), 'y');
    return message;
}

/// The Call-ID is found: the server is the ring's for it, the table has it.
void check_found(Farm &farm, const Packet &packet) {
    farm.forget_calls();
    CHECK(farm.steer(packet, SS_REASON_CALL_NEW) == Farm::ring_server(call_hash(kCall)));
    farm.call(kCall);
    CHECK(farm.entries().size() == 1);
}

} // namespace

TEST_CASE("a large frame: the Call-ID wherever it is", "[multi_buffer]") {
    Farm farm;
    for (const std::size_t size : {4000, 5200, 9000, 16000}) {
        for (const std::size_t at : {100, 1400, 3000, 5000, 8800, 15800}) {
            if (at + 100 < size) {
                INFO("Call-ID at " << at << " of " << size);
                check_found(farm, to_vip(with_call_id_at(at, size)));
                check_found(farm, to_vip6(with_call_id_at(at, size)));
            }
        }
    }
}

TEST_CASE("a large frame: the Call-ID across the end of a piece", "[multi_buffer]") {
    Farm farm;
    // Every way for the name and the value to be cut.
    for (std::size_t at = 3300; at < 3700; at++) {
        INFO("Call-ID at " << at);
        check_found(farm, to_vip(with_call_id_at(at, 6000)));
    }
    for (std::size_t at = 7400; at < 7800; at++) {
        INFO("Call-ID at " << at);
        check_found(farm, to_vip(with_call_id_at(at, 12000)));
    }
}

TEST_CASE("a large frame without a Call-ID", "[multi_buffer]") {
    for (const std::size_t size : {5200, 9000, 16000}) {
        Farm farm;
        std::string message = request_without_call_id("INVITE");
        message.resize(size, 'y');
        const __u32 server = farm.steer(to_vip(message), SS_REASON_NO_CALL_ID);
        CHECK(server == Farm::ring_server(source_hash(kClient)));
        CHECK(farm.steer(to_vip(kStart + std::string(size, 'x')), SS_REASON_NO_CALL_ID) == server);
        CHECK(farm.steer(to_vip(std::string(size, 'x')), SS_REASON_NOT_SIP) == server);
        CHECK(farm.entries().size() == 1);
    }
}

TEST_CASE("a message longer than is looked at", "[multi_buffer]") {
    constexpr std::size_t kLookedAt = 16383;
    Farm farm;
    // Its checksum cannot be looked at, so it goes by its Call-ID without an entry.
    for (const std::size_t at : {std::size_t{5000}, kLookedAt - 100}) {
        CHECK(farm.steer(to_vip(with_call_id_at(at, 20000)), SS_REASON_DOUBTFUL) ==
              Farm::ring_server(call_hash(kCall)));
        CHECK(farm.entries().empty());
    }
    // Cut off in the midst of the value, or behind what is looked at.
    for (const std::size_t at : {kLookedAt - 60, kLookedAt - 30, kLookedAt - 10, kLookedAt + 100}) {
        INFO("Call-ID at " << at);
        farm.forget_calls();
        farm.steer(to_vip(with_call_id_at(at, 20000)), SS_REASON_NO_CALL_ID);
        CHECK(farm.entry(source_hash(kClient), 0));
    }
}

TEST_CASE("a large frame with tags and options", "[multi_buffer]") {
    Farm farm;
    const Packet packet =
        to_vip(with_call_id_at(5000, 9000)).vlan(100, 0x88a8).vlan(200).options(Bytes(40, 1));
    CHECK(farm.steer(packet, SS_REASON_CALL_NEW) == Farm::ring_server(call_hash(kCall)));
    farm.call(kCall);
}

TEST_CASE("a large frame comes into its server's VLAN", "[multi_buffer][vlan]") {
    Farm farm;
    farm.server(5, {.vlan = 100});
    farm.ring(0, {5});
    const Packet packet = to_vip(with_call_id_at(5000, 9000));
    const Outcome outcome = farm.run(packet);
    CHECK(outcome.action == XDP_TX);
    check_frame(outcome.frame, addressed_to(Packet(packet).vlan(100).bytes(), 5));
}

TEST_CASE("large fragments", "[multi_buffer][fragments]") {
    Datagram datagram{GENERATE(false, true)};
    datagram.message = with_call_id_at(5000, 14000);
    Farm farm;
    SECTION("the Call-ID in the first one") {
        const __u32 server = farm.steer(datagram.first(8000), SS_REASON_CALL_NEW);
        CHECK(server == Farm::ring_server(call_hash(kCall)));
        CHECK(farm.steer(datagram.later(8000), SS_REASON_FRAGMENT) == server);
        CHECK_FALSE(farm.fragment(datagram.key()));
    }
    SECTION("the value is cut by its end") {
        const __u32 server = farm.steer(datagram.first(5040), SS_REASON_CALL_ID_BEYOND);
        CHECK(server == Farm::ring_server(source_hash(datagram.source)));
        CHECK(farm.steer(datagram.later(5040), SS_REASON_FRAGMENT) == server);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// The call table believes only what a server would take: a message that is whole, has what every
// message has, and whose checksums are right.
#include "datagram.hpp"
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

const std::string kCall = "belief@example.com";
const std::string kInvite = request("INVITE", kCall);
const std::string kBye = request("BYE", kCall);

constexpr std::size_t kIp = 14;

/// A frame with one bit of a byte turned over.
Bytes spoilt(const Packet &packet, std::size_t offset) {
    Bytes bytes = packet.bytes();
    bytes.at(offset) ^= 0x10;
    return bytes;
}

std::string without_line(std::string message, std::string_view name) {
    const auto start = message.find("\r\n" + std::string(name)) + 2;
    return message.erase(start, message.find("\r\n", start) + 2 - start);
}

std::string replaced(std::string message, std::string_view what, std::string_view with) {
    return message.replace(message.find(what), what.size(), with);
}

/// A farm with a confirmed call at server 2, which is not the ring's.
struct Confirmed : Farm {
    Confirmed() { plant(call_hash(kCall), SS_CALL_CONFIRMED, 2); }

    __u32 state() { return ss_call_state(call(kCall).value); }
};

} // namespace

TEST_CASE("what no server would take makes no entry and ends no call", "[belief]") {
    const auto broken = [](const std::string &message) {
        return GENERATE_COPY(as<std::string>(), without_line(message, "Via"),
                             without_line(message, "CSeq"), replaced(message, " SIP/2.0", ""),
                             replaced(message, " SIP/2.0", " SIP/3.0"),
                             replaced(message, " sip:bob@example.com", ""),
                             replaced(message, " sip:bob@example.com", " "));
    };
    SECTION("an INVITE") {
        Farm farm;
        CHECK(farm.steer(to_vip(broken(kInvite)), SS_REASON_DOUBTFUL) ==
              Farm::ring_server(call_hash(kCall)));
        CHECK(farm.entries().empty());
    }
    SECTION("a BYE") {
        Confirmed farm;
        CHECK(farm.steer(to_vip(broken(kBye)), SS_REASON_DOUBTFUL) == 2);
        CHECK(farm.state() == SS_CALL_CONFIRMED);
    }
}

TEST_CASE("what some servers take begins a call, what some refuse ends none", "[belief]") {
    const auto line = [](const std::string &message, const char *with) {
        return replaced(message, " SIP/2.0\r\n", with);
    };
    SECTION("all take these") {
        const auto *with = GENERATE(" SIP/2.0 \r\n", "\tSIP/2.0\r\n", " sip/2.0\t \r\n",
                                    " SIP/2.0\n", "  SIP/2.0\r\n");
        Farm farm;
        farm.steer(to_vip(line(kInvite, with)), SS_REASON_CALL_NEW);
        farm.steer(to_vip(line(request("ACK", kCall), with)), SS_REASON_CALL_HIT);
        CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CONFIRMED);
        farm.steer(to_vip(line(kBye, with)), SS_REASON_CALL_HIT);
        CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_CLOSING);
    }
    SECTION("some take these") {
        const auto *with = GENERATE(" SIP/2.0x\r\n", " SIP/2.0.1\r\n", " SIP/2.0 x y\r\n");
        Confirmed farm;
        farm.steer(to_vip(line(kBye, with)), SS_REASON_DOUBTFUL);
        CHECK(farm.state() == SS_CALL_CONFIRMED);
        farm.steer(to_vip(line(request("INVITE", "another"), with)), SS_REASON_CALL_NEW);
        CHECK(ss_call_state(farm.call("another").value) == SS_CALL_EARLY);
    }
    SECTION("a method in another case") {
        Confirmed farm;
        farm.steer(to_vip(replaced(kBye, "BYE sip", "bye sip")), SS_REASON_CALL_HIT);
        CHECK(farm.state() == SS_CALL_CONFIRMED);
        farm.steer(to_vip(replaced(request("INVITE", "another"), "INVITE sip", "iNvite sip")),
                   SS_REASON_CALL_NEW);
        CHECK(ss_call_state(farm.call("another").value) == SS_CALL_EARLY);
    }
}

TEST_CASE("a server refuses these, so they change no call that it has", "[belief]") {
    const auto *method = GENERATE("BYE", "CANCEL", "ACK");
    const auto message = request(method, kCall);
    Farm farm;
    farm.steer(to_vip(kInvite), SS_REASON_CALL_NEW);
    if (method == std::string_view("BYE")) {
        farm.steer(to_vip(request("ACK", kCall)), SS_REASON_CALL_HIT);
    }
    const __u32 before = ss_call_state(farm.call(kCall).value);
    const std::string own = std::string("CSeq: 1 ") + method;
    for (const std::string &broken :
         {without_line(message, "From"), without_line(message, "To"),
          replaced(message, own, "CSeq: 1 INFO"), replaced(message, own, "CSeq: " + own.substr(8)),
          replaced(message, own, "CSeq: x"), replaced(message, "\r\n\r\n", "\r\n"),
          replaced(message, "Content-Length: 0", "Content-Length: 1"),
          replaced(message, "Content-Length: 0", "l : 4000000000") + "four",
          replaced(message, "Content-Length: 0", "Content-Length: 4294967296"),
          replaced(message, "Content-Length: 0", "CONTENT-LENGTH:\r\n 5") + "four"}) {
        INFO(broken);
        farm.steer(to_vip(broken), SS_REASON_DOUBTFUL);
        CHECK(ss_call_state(farm.call(kCall).value) == before);
    }
    const auto whole = GENERATE_COPY(
        as<std::string>(), message, without_line(message, "Content-Length"),
        replaced(message, "Content-Length: 0", "l:4") + "four",
        replaced(message, "Content-Length: 0", "Content-Length: 4") + "four and what is cut off");
    farm.steer(to_vip(whole), SS_REASON_CALL_HIT);
    CHECK(ss_call_state(farm.call(kCall).value) != before);
}

TEST_CASE("a BYE of little more than a Call-ID ends no call", "[belief]") {
    Confirmed farm;
    CHECK(farm.steer(to_vip("BYE \ni:" + kCall + "\n"), SS_REASON_DOUBTFUL) == 2);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
}

TEST_CASE("a status line needs a code of three digits", "[belief]") {
    const std::string rest =
        "\r\nVia: SIP/2.0/UDP vip.example.com\r\nFrom: x\r\nTo: y\r\nCSeq: 2 BYE\r\nCall-ID: " +
        kCall + "\r\n\r\n";
    Confirmed farm;
    CHECK(farm.steer(to_vip("SIP/2.0 20x OK" + rest), SS_REASON_CALL_HIT) == 2);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
    CHECK(farm.steer(to_vip("SIP/2.0 2000 OK" + rest), SS_REASON_DOUBTFUL) == 2);
    CHECK(farm.state() == SS_CALL_CONFIRMED);
    CHECK(farm.steer(to_vip("SIP/2.0 200" + rest), SS_REASON_CALL_HIT) == 2);
    CHECK(farm.state() == SS_CALL_CLOSING);
}

TEST_CASE("a wrong checksum makes no entry and ends no call", "[belief]") {
    const bool ipv6 = GENERATE(false, true);
    const std::string odd = GENERATE(as<std::string>(), "", "x", "seven..");
    const auto to = [ipv6](const std::string &text) { return ipv6 ? to_vip6(text) : to_vip(text); };
    const std::size_t udp = kIp + (ipv6 ? 40 : 20);
    const std::size_t last = udp + 8 + kInvite.size() + odd.size() - 1;
    for (const std::size_t offset : {udp + 6, udp + 7, last - 9, last}) {
        INFO("byte " << offset << ", IPv6 " << ipv6);
        Farm farm;
        const Outcome invite = farm.run(spoilt(to(kInvite + odd), offset));
        CHECK(invite.reason == SS_REASON_DOUBTFUL);
        CHECK(farm.entries().empty());
        Confirmed confirmed;
        CHECK(confirmed.run(spoilt(to(kBye), udp + 6)).reason == SS_REASON_DOUBTFUL);
        CHECK(confirmed.state() == SS_CALL_CONFIRMED);
        confirmed.steer(to(kBye + odd), SS_REASON_CALL_HIT);
        CHECK(confirmed.state() == SS_CALL_CLOSING);
    }
}

TEST_CASE("a wrong checksum of IPv4's header makes no entry", "[belief]") {
    const Packet packet = to_vip(kInvite).options(Bytes(GENERATE(0, 4, 40), 1));
    Farm farm;
    CHECK(farm.run(spoilt(packet, kIp + 1)).reason == SS_REASON_DOUBTFUL); // the service class
    CHECK(farm.entries().empty());
    farm.steer(packet, SS_REASON_CALL_NEW);
}

TEST_CASE("a datagram may have no checksum over IPv4, not over IPv6", "[belief]") {
    Farm farm;
    const auto without_sum = [](const Packet &packet, std::size_t udp) {
        Bytes bytes = packet.bytes();
        bytes[udp + 6] = bytes[udp + 7] = 0;
        return bytes;
    };
    CHECK(farm.run(without_sum(to_vip6(kInvite), kIp + 40)).reason == SS_REASON_DOUBTFUL);
    CHECK(farm.entries().empty());
    CHECK(farm.run(without_sum(to_vip(kInvite), kIp + 20)).reason == SS_REASON_CALL_NEW);
}

TEST_CASE("where checksums are made later, they are not looked at", "[belief]") {
    Farm farm;
    farm.sums_come_later();
    CHECK(farm.run(spoilt(to_vip(kInvite), kIp + 26)).reason == SS_REASON_CALL_NEW);
    farm.steer(to_vip(without_line(kBye, "CSeq")), SS_REASON_DOUBTFUL);
    CHECK(ss_call_state(farm.call(kCall).value) == SS_CALL_EARLY);
}

TEST_CASE("the checksum of a message in several pieces", "[belief][multi_buffer]") {
    const Packet packet = to_vip(kInvite + std::string(GENERATE(5000, 8001), 'y'));
    Farm farm;
    CHECK(farm.run(spoilt(packet, kIp + 20 + 4900)).reason == SS_REASON_DOUBTFUL);
    CHECK(farm.entries().empty());
    farm.steer(packet, SS_REASON_CALL_NEW);
}

TEST_CASE("what no server would take moves no call", "[belief]") {
    Confirmed farm;
    farm.server(2, {.flags = SS_SERVER_IN_USE});
    const __u32 ring = Farm::ring_server(call_hash(kCall));
    const std::string info = request("INFO", kCall);
    CHECK(farm.steer(to_vip(without_line(info, "Via")), SS_REASON_DOUBTFUL) == ring);
    CHECK(ss_call_server(farm.call(kCall).value) == 2);
    CHECK(farm.steer(to_vip(info), SS_REASON_CALL_REHOMED) == ring);
}

TEST_CASE("in a confirmed call nothing is asked of what changes nothing", "[belief]") {
    Confirmed farm;
    farm.steer(to_vip(without_line(request("INFO", kCall), "Via")), SS_REASON_CALL_HIT);
    CHECK(farm.run(spoilt(to_vip(request("ACK", kCall)), kIp + 26)).reason == SS_REASON_CALL_HIT);
}

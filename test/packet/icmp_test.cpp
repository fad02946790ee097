// SPDX-License-Identifier: Apache-2.0
//
// ICMP errors about what a server sent from the VIP go to that server.
#include "farm.hpp"

#include <linux/bpf.h>

#include <catch2/catch.hpp>

using namespace sipsteer::test;

namespace {

constexpr std::uint16_t kClientPort = 5060; // of to_vip()

struct Error {
    const char *what;
    bool ipv6;
    std::uint8_t type, code;
    std::uint32_t rest = 0; // bytes 4 to 7
};

const std::vector<Error> kErrors = {
    {"port unreachable", false, 3, 3},      {"fragmentation needed", false, 3, 4, 1400},
    {"time exceeded", false, 11, 0},        {"parameter problem", false, 12, 0},
    {"port unreachable, IPv6", true, 1, 4}, {"packet too big, IPv6", true, 2, 0, 1400},
    {"time exceeded, IPv6", true, 3, 0},    {"parameter problem, IPv6", true, 4, 0},
};

std::string response(std::string_view call_id) {
    return "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7\r\nCall-ID: " + std::string(call_id) +
           "\r\n\r\n";
}

/// A frame without its Ethernet header.
Bytes quote(const Packet &packet) {
    const Bytes frame = packet.bytes();
    return {frame.begin() + 14, frame.end()};
}

/// What a server sent to the client, without its Ethernet header.
Bytes sent(bool ipv6, std::string_view message, std::uint16_t to_port = kClientPort,
           std::uint16_t from_port = 5060) {
    const Packet packet =
        ipv6 ? Packet().eth().ipv6(kVip6, kClient6) : Packet().eth().ipv4(kVip, kClient);
    return quote(Packet(packet).udp(from_port, to_port).payload(message));
}

Bytes cut(Bytes bytes, std::size_t length) {
    bytes.resize(std::min(bytes.size(), length));
    return bytes;
}

std::size_t headers(bool ipv6) {
    return (ipv6 ? 40 : 20) + 8;
}

/// The error from a router on the way.
Packet about(const Error &error, const Bytes &quoted) {
    const Packet packet = error.ipv6 ? Packet().eth().ipv6("2001:db8:7::1", kVip6)
                                     : Packet().eth().ipv4("192.0.2.1", kVip);
    return Packet(packet).icmp(error.type, error.code, error.rest, quoted);
}

void check_passed(Farm &farm, const Packet &packet, ss_reason reason) {
    const Outcome outcome = farm.run(packet);
    INFO(reason_label(outcome.reason) << ", expected " << reason_label(reason));
    CHECK(outcome.action == XDP_PASS);
    CHECK(outcome.reason == reason);
}

/// A client with two calls on two servers; its flow is on the later one's.
class TwoCalls : public Farm {
public:
    explicit TwoCalls(bool ipv6) {
        first = invite(ipv6, "first");
        while (later == first) {
            later_call = "later-" + std::to_string(++tries_);
            later = invite(ipv6, later_call);
        }
    }

    __u32 first = 0, later = 0;
    std::string later_call;

private:
    __u32 invite(bool ipv6, const std::string &call_id) {
        const std::string message = request("INVITE", call_id);
        const __u32 server = steer(ipv6 ? to_vip6(message) : to_vip(message), SS_REASON_CALL_NEW);
        if (call_id == "first") {
            later = server;
        }
        return server;
    }
    int tries_ = 0;
};

} // namespace

TEST_CASE("an ICMP error that quotes a Call-ID goes to the call's server", "[icmp]") {
    for (const Error &error : kErrors) {
        INFO(error.what);
        TwoCalls farm(error.ipv6);
        const std::size_t calls = farm.entries().size();
        CHECK(farm.steer(about(error, sent(error.ipv6, response("first"))), SS_REASON_ICMP_ERROR) ==
              farm.first);
        CHECK(farm.steer(about(error, sent(error.ipv6, response(farm.later_call))),
                         SS_REASON_ICMP_ERROR) == farm.later);
        // A request of the server's, to any client of the call.
        CHECK(farm.steer(about(error, sent(error.ipv6, request("BYE", "first"), 40000)),
                         SS_REASON_ICMP_ERROR) == farm.first);
        // The quote's BYE ends no call, nor is it a message of the client's.
        CHECK(ss_call_state(farm.call("first").value) == SS_CALL_EARLY);
        CHECK(farm.entries().size() == calls);
        CHECK(farm.messages(error.ipv6 ? 2 : 1, SS_METHOD_BYE) == 0);
        CHECK(farm.messages(error.ipv6 ? 2 : 1, SS_METHOD_RESPONSE_2XX) == 0);
        CHECK(farm.service_traffic(error.ipv6 ? 2 : 1).packets == calls + 3);
    }
}

TEST_CASE("an ICMP error that quotes no Call-ID goes to the flow's server", "[icmp]") {
    for (const Error &error : kErrors) {
        INFO(error.what);
        TwoCalls farm(error.ipv6);
        const Bytes quoted = sent(error.ipv6, response("first"));
        // Eight bytes of the datagram are the least that is quoted (RFC 792).
        CHECK(farm.steer(about(error, cut(quoted, headers(error.ipv6))), SS_REASON_ICMP_ERROR) ==
              farm.later);
        // The Call-ID's value is cut, or nothing tells that it is not.
        for (std::size_t less = 4; less < 12; less++) {
            CHECK(farm.steer(about(error, cut(quoted, quoted.size() - less)),
                             SS_REASON_ICMP_ERROR) == farm.later);
        }
        CHECK(farm.steer(about(error, cut(quoted, quoted.size() - 3)), SS_REASON_ICMP_ERROR) ==
              farm.first);
        // A call that is not known.
        CHECK(farm.steer(about(error, sent(error.ipv6, response("unknown"))),
                         SS_REASON_ICMP_ERROR) == farm.later);
    }
}

TEST_CASE("an ICMP error about a flow that is not known is left to the kernel", "[icmp]") {
    for (const Error &error : kErrors) {
        INFO(error.what);
        TwoCalls farm(error.ipv6);
        const Bytes other_port = sent(error.ipv6, response("unknown"), kClientPort + 1);
        check_passed(farm, about(error, other_port), SS_REASON_ICMP_ERROR);
        check_passed(farm, about(error, cut(other_port, headers(error.ipv6))),
                     SS_REASON_ICMP_ERROR);
    }
}

TEST_CASE("an ICMP error about what no service sent is left to the kernel", "[icmp]") {
    for (const Error &error : kErrors) {
        INFO(error.what);
        TwoCalls farm(error.ipv6);
        check_passed(farm, about(error, sent(error.ipv6, response("first"), kClientPort, 53)),
                     SS_REASON_NOT_SERVICE);
        const Packet from_elsewhere = error.ipv6
                                          ? Packet().eth().ipv6("2001:db8:100::101", kClient6)
                                          : Packet().eth().ipv4("198.51.100.101", kClient);
        const Bytes frame =
            Packet(from_elsewhere).udp(5060, kClientPort).payload(response("first")).bytes();
        check_passed(farm, about(error, Bytes(frame.begin() + 14, frame.end())), SS_REASON_NOT_UDP);
    }
}

TEST_CASE("ICMP that is no error about a UDP datagram is left to the kernel", "[icmp]") {
    TwoCalls farm(GENERATE(false, true));
    const Bytes quoted = sent(false, response("first"));
    const Bytes quoted6 = sent(true, response("first"));
    // Echo request and reply, redirect; neighbour solicitation and others of ICMPv6.
    for (const int type : {0, 5, 8, 9, 10, 13}) {
        INFO(type);
        check_passed(farm, about({"", false, static_cast<std::uint8_t>(type), 0}, quoted),
                     SS_REASON_NOT_UDP);
    }
    for (const int type : {0, 5, 100, 128, 129, 133, 135, 136, 137}) {
        INFO(type);
        check_passed(farm, about({"", true, static_cast<std::uint8_t>(type), 0}, quoted6),
                     SS_REASON_NOT_UDP);
    }
    for (const Error &error : kErrors) {
        INFO(error.what);
        const Bytes &own = error.ipv6 ? quoted6 : quoted;
        // Cut anywhere before the ports' end; the other family.
        for (std::size_t length = 0; length < headers(error.ipv6); length++) {
            check_passed(farm, about(error, cut(own, length)), SS_REASON_NOT_UDP);
        }
        check_passed(farm, about(error, error.ipv6 ? quoted : quoted6), SS_REASON_NOT_UDP);
        Bytes tcp = own;
        tcp.at(error.ipv6 ? 6 : 9) = 6;
        check_passed(farm, about(error, tcp), SS_REASON_NOT_UDP);
    }
    // A later fragment of the quoted datagram has no ports.
    Bytes fragment = quoted;
    fragment.at(7) = 1;
    check_passed(farm, about(kErrors[0], fragment), SS_REASON_NOT_UDP);
    // An error that is itself cut into fragments.
    check_passed(farm, about(kErrors[0], quoted).fragment(0, true, 7), SS_REASON_NOT_UDP);
}

TEST_CASE("the quoted header may have options", "[icmp]") {
    TwoCalls farm(false);
    const Bytes frame = Packet()
                            .eth()
                            .ipv4(kVip, kClient)
                            .options(Bytes(40, 1))
                            .udp(5060, kClientPort)
                            .payload(response("first"))
                            .bytes();
    CHECK(farm.steer(about(kErrors[0], Bytes(frame.begin() + 14, frame.end())),
                     SS_REASON_ICMP_ERROR) == farm.first);
}

TEST_CASE("the quoted datagram may be the first of several fragments", "[icmp]") {
    for (const Error &error : kErrors) {
        INFO(error.what);
        TwoCalls farm(error.ipv6);
        const Packet from_vip =
            error.ipv6 ? Packet().eth().ipv6(kVip6, kClient6) : Packet().eth().ipv4(kVip, kClient);
        const auto fragment = [&](std::uint16_t offset) {
            return quote(Packet(from_vip)
                             .fragment(offset, true, 77)
                             .udp(5060, kClientPort)
                             .payload(response("first"))
                             .udp_length(3000));
        };
        const Bytes first = fragment(0);
        CHECK(farm.steer(about(error, first), SS_REASON_ICMP_ERROR) == farm.first);
        // As much of it as has the ports: IPv6's fragment header is one more.
        const std::size_t ports = headers(error.ipv6) + (error.ipv6 ? 8 : 0);
        CHECK(farm.steer(about(error, cut(first, ports)), SS_REASON_ICMP_ERROR) == farm.later);
        check_passed(farm, about(error, cut(first, ports - 1)), SS_REASON_NOT_UDP);
        check_passed(farm, about(error, fragment(1448)), SS_REASON_NOT_UDP);
    }
}

TEST_CASE("the quoted datagram may have IPv6 extension headers", "[icmp]") {
    TwoCalls farm(true);
    const Packet from_vip = Packet().eth().ipv6(kVip6, kClient6);
    const auto quoted = [&](const Packet &headers) {
        return quote(Packet(headers).udp(5060, kClientPort).payload(response("first")));
    };
    for (const Packet &headers :
         {Packet(from_vip).hop_by_hop(16), Packet(from_vip).routing(24),
          Packet(from_vip).destination_options(), Packet(from_vip).authentication(),
          Packet(from_vip).hop_by_hop().routing().fragment(0, true, 77).destination_options()}) {
        CHECK(farm.steer(about(kErrors[5], quoted(headers)), SS_REASON_ICMP_ERROR) == farm.first);
    }
    Packet many = from_vip;
    for (int i = 0; i <= 8; i++) {
        many.destination_options();
    }
    check_passed(farm, about(kErrors[5], quoted(many)), SS_REASON_NOT_UDP);
}

TEST_CASE("Ethernet's padding is not part of the quote", "[icmp]") {
    TwoCalls farm(false);
    const Bytes quoted = sent(false, response("first"));
    const std::size_t kept = quoted.size() - 6; // within the value
    const Packet packet =
        about(kErrors[0], cut(quoted, kept))
            .padding(Bytes(quoted.begin() + static_cast<std::ptrdiff_t>(kept), quoted.end()));
    CHECK(farm.steer(packet, SS_REASON_ICMP_ERROR) == farm.later);
}

TEST_CASE("a server that is gone gets no ICMP error", "[icmp]") {
    TwoCalls farm(false);
    farm.server(farm.first, {.flags = SS_SERVER_IN_USE});
    const Outcome outcome = farm.run(about(kErrors[0], sent(false, response("first"))));
    CHECK(outcome.action == XDP_DROP);
    CHECK(outcome.reason == SS_REASON_NO_SERVER);
}

TEST_CASE("a stateless pool: the ring tells whom an ICMP error is for", "[icmp][stateless]") {
    for (const Error &error : kErrors) {
        Farm farm;
        farm.pool(0, SS_POOL_STATELESS);
        for (const char *call_id : {"a", "b", "c", "d", "e"}) {
            INFO(error.what << " " << call_id);
            CHECK(farm.steer(about(error, sent(error.ipv6, response(call_id))),
                             SS_REASON_ICMP_ERROR) == Farm::ring_server(call_hash(call_id)));
        }
    }
}

TEST_CASE("an ICMP error comes into its server's VLAN", "[icmp][vlan]") {
    Farm farm;
    farm.server(5, {.vlan = 100});
    farm.ring(0, {5});
    farm.run(to_vip(request("INVITE", "first")));
    const Packet error = about(kErrors[1], sent(false, response("first")));
    const Outcome outcome = farm.run(error);
    CHECK(outcome.action == XDP_TX);
    check_frame(outcome.frame, addressed_to(Packet(error).vlan(100).bytes(), 5));
}

TEST_CASE("a call that is steered anew takes its flow along", "[icmp]") {
    Farm farm;
    const __u32 gone = farm.steer(to_vip(request("INVITE", "first")), SS_REASON_CALL_NEW);
    const auto stays = static_cast<__u16>((gone + 1) % Farm::kServers);
    farm.server(gone, {.flags = SS_SERVER_IN_USE});
    farm.ring(0, {stays});
    farm.steer(to_vip(request("INFO", "first")), SS_REASON_CALL_REHOMED);
    const Bytes quoted = cut(sent(false, response("first")), headers(false));
    CHECK(farm.steer(about(kErrors[0], quoted), SS_REASON_ICMP_ERROR) == stays);
}

namespace {

/// As little as an error may quote of a datagram that a server sent to this port (RFC 792).
Packet about_eight_bytes(std::uint16_t to_port) {
    return about(kErrors[0], cut(sent(false, response("any"), to_port), headers(false)));
}

Packet from_port(std::uint16_t port, std::string_view message) {
    return Packet().eth().ipv4(kClient, kVip).udp(port, 5060).payload(message);
}

} // namespace

TEST_CASE("the flow of a client of a stateless pool is known", "[icmp][stateless]") {
    Farm farm;
    farm.pool(0, SS_POOL_STATELESS);
    std::uint16_t port = 5060;
    for (const char *method : {"INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE"}) {
        const std::string call = std::string("call-") + method;
        const __u32 server =
            farm.steer(from_port(++port, request(method, call)), SS_REASON_STATELESS);
        CHECK(farm.steer(about_eight_bytes(port), SS_REASON_ICMP_ERROR) == server);
        // Another ring, another server.
        farm.ring(0, {static_cast<__u16>((server + 1) % Farm::kServers)});
        farm.steer(from_port(port, request(method, call)), SS_REASON_STATELESS);
        CHECK(farm.steer(about_eight_bytes(port), SS_REASON_ICMP_ERROR) ==
              (server + 1) % Farm::kServers);
        farm.ring(0, {0, 1, 2, 3});
    }
    // What belongs to something that has begun does not pay for it.
    for (const char *method : {"ACK", "BYE", "INFO"}) {
        farm.steer(from_port(++port, request(method, "call")), SS_REASON_STATELESS);
        check_passed(farm, about_eight_bytes(port), SS_REASON_ICMP_ERROR);
    }
}

TEST_CASE("the flow of a call that found no room in the table is known", "[icmp]") {
    Farm farm(1);
    const __u32 keeper = 3;
    for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
        farm.write_entry(0, slot, ss_call_make(slot + 1, SS_CALL_CONFIRMED, keeper, Farm::now()));
    }
    const __u32 server =
        farm.steer(from_port(6000, request("INVITE", "a")), SS_REASON_CALL_NO_ROOM);
    CHECK(farm.steer(about_eight_bytes(6000), SS_REASON_ICMP_ERROR) == server);
}

TEST_CASE("a client that comes from another port in a call is known by that", "[icmp]") {
    Farm farm;
    const __u32 server = farm.steer(from_port(5060, request("INVITE", "a")), SS_REASON_CALL_NEW);
    SECTION("with the message that changes the call's state") {
        farm.steer(from_port(6000, request("ACK", "a")), SS_REASON_CALL_HIT);
        CHECK(farm.steer(about_eight_bytes(6000), SS_REASON_ICMP_ERROR) == server);
    }
    SECTION("with the first one of a tick") {
        const Entry entry = farm.call("a");
        farm.write_entry(entry.bucket, entry.slot,
                         ss_call_make(ss_call_tag(entry.value), SS_CALL_EARLY, server,
                                      ss_call_seen(entry.value) - 1));
        farm.steer(from_port(6000, request("INVITE", "a")), SS_REASON_CALL_HIT);
        CHECK(farm.steer(about_eight_bytes(6000), SS_REASON_ICMP_ERROR) == server);
    }
}

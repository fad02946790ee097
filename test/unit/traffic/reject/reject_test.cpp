// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.hpp"
#include "packets/make_frame.hpp"
#include "shared_sip.hpp"
#include "sip/reply.hpp"
#include "sip/response.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace sipsteer;
using namespace sipsteer::sip;
using namespace sipsteer::packets;
using namespace std::chrono_literals;

namespace {

constexpr HashKey kKey = {1, 2};

Endpoint source(const std::string &address = "192.0.2.7", std::uint16_t port = 40000) {
    return {*Address::parse(address), port};
}

/// In a datagram that has room for the answer: a body of so many bytes more.
std::optional<Response> answer(const std::string &request, const Endpoint &from = source(),
                               std::size_t more = 200) {
    const auto made = make_response(request + std::string(more, 'x'), from, 5s, kKey);
    const auto *response = std::get_if<Response>(&made);
    return response == nullptr ? std::nullopt : std::optional(*response);
}

const std::string kVia = "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1\r\n";
const std::string kFrom = "From: <sip:alice@example.net>;tag=a\r\n";
const std::string kTo = "To: <sip:bob@example.net>\r\n";
const std::string kCallId = "Call-ID: 1@192.0.2.7\r\n";
const std::string kCSeq = "CSeq: 7 INVITE\r\n";
const std::string kRest = kFrom + kTo + kCallId + kCSeq;

std::string invite(const std::string &headers) {
    return "INVITE sip:bob@example.net SIP/2.0\r\n" + headers + "\r\n";
}

/// The answer's line that begins so; "" without one.
std::string line(const Response &response, const std::string &begin) {
    const auto at = response.text.find("\r\n" + begin);
    if (at == std::string::npos) {
        return "";
    }
    return response.text.substr(at + 2, response.text.find("\r\n", at + 2) - at - 2);
}

/// The Via that an INVITE with this one gets back, and the port.
std::pair<std::string, std::uint16_t> via(const std::string &value,
                                          const Endpoint &from = source()) {
    const auto response = answer(invite("Via: " + value + "\r\n" + kRest), from);
    return response ? std::pair(line(*response, "Via: ").substr(5), response->port)
                    : std::pair<std::string, std::uint16_t>("none", 0);
}

std::string without_tag(const std::string &to) {
    const auto at = to.rfind(";tag=");
    REQUIRE(at != std::string::npos);
    CHECK(to.size() - at == 5 + 8);
    return to.substr(0, at);
}

} // namespace

TEST_CASE("the answer to an INVITE") {
    const auto response = answer(invite(kVia + "Max-Forwards: 70\r\n" + kFrom + kTo + kCallId +
                                        "Contact: <sip:alice@192.0.2.7>\r\n" + kCSeq) +
                                 "v=0\r\n");
    REQUIRE(response);
    const auto tag = line(*response, "To: ").substr(kTo.size() - 2);
    CHECK(response->text == "SIP/2.0 503 Service Unavailable\r\n" + kVia + kFrom +
                                "To: <sip:bob@example.net>" + tag + "\r\n" + kCallId + kCSeq +
                                "Retry-After: 5\r\nContent-Length: 0\r\n\r\n");
    CHECK(without_tag(line(*response, "To: ")) == "To: <sip:bob@example.net>");
    CHECK(response->port == 5070);
}

TEST_CASE("what comes from another address than it says is marked so") {
    using Answer = std::pair<std::string, std::uint16_t>;
    CHECK(via("SIP/2.0/UDP 192.0.2.7;branch=b") == Answer{"SIP/2.0/UDP 192.0.2.7;branch=b", 5060});
    CHECK(via("SIP/2.0/UDP 10.0.0.7:5070;branch=b") ==
          Answer{"SIP/2.0/UDP 10.0.0.7:5070;branch=b;received=192.0.2.7", 5070});
    CHECK(via("SIP/2.0/UDP phone.example.net;branch=b") ==
          Answer{"SIP/2.0/UDP phone.example.net;branch=b;received=192.0.2.7", 5060});
    CHECK(via("SIP / 2.0 / UDP  phone.example.net : 5071 ; branch=b ") ==
          Answer{"SIP / 2.0 / UDP  phone.example.net : 5071 ; branch=b;received=192.0.2.7", 5071});
    CHECK(via("SIP/2.0/UDP 192.0.2.7;received=203.0.113.9;branch=b") ==
          Answer{"SIP/2.0/UDP 192.0.2.7;branch=b;received=192.0.2.7", 5060});

    const auto ipv6 = source("2001:db8::7");
    CHECK(via("SIP/2.0/UDP [2001:DB8::7]:5070;branch=b", ipv6) ==
          Answer{"SIP/2.0/UDP [2001:DB8::7]:5070;branch=b", 5070});
    CHECK(via("SIP/2.0/UDP [2001:db8::9];branch=b", ipv6) ==
          Answer{"SIP/2.0/UDP [2001:db8::9];branch=b;received=2001:db8::7", 5060});
    CHECK(via("SIP/2.0/UDP 192.0.2.7;branch=b", ipv6) ==
          Answer{"SIP/2.0/UDP 192.0.2.7;branch=b;received=2001:db8::7", 5060});
}

TEST_CASE("rport is answered, and to the port it came from") {
    using Answer = std::pair<std::string, std::uint16_t>;
    CHECK(via("SIP/2.0/UDP 10.0.0.7:5070;rport;branch=b") ==
          Answer{"SIP/2.0/UDP 10.0.0.7:5070;rport=40000;branch=b;received=192.0.2.7", 40000});
    // RFC 3581, 4: received even if it says nothing new
    CHECK(via("SIP/2.0/UDP 192.0.2.7:5070;branch=b;RPort") ==
          Answer{"SIP/2.0/UDP 192.0.2.7:5070;branch=b;rport=40000;received=192.0.2.7", 40000});
    CHECK(via("SIP/2.0/UDP 192.0.2.7:5070;rport=9;branch=b") == // not asked
          Answer{"SIP/2.0/UDP 192.0.2.7:5070;rport=9;branch=b", 5070});
    CHECK(via("SIP/2.0/UDP 192.0.2.7:5070;x=\";rport\";branch=b") ==
          Answer{"SIP/2.0/UDP 192.0.2.7:5070;x=\";rport\";branch=b", 5070});
}

TEST_CASE("maddr is not followed") {
    CHECK(via("SIP/2.0/UDP 192.0.2.7:5070;maddr=203.0.113.9;branch=b").second == 5070);
}

TEST_CASE("all Vias come back in their order, only the first is marked") {
    const std::string vias = "Via: SIP/2.0/UDP a.example.net;branch=1 , SIP/2.0/TCP b;rport\r\n"
                             "v: SIP/2.0/UDP c.example.net;rport;branch=3\r\n"
                             "VIA : SIP/2.0/UDP d;branch=4\r\n";
    const auto response = answer(invite(kFrom + vias + kTo + kCallId + kCSeq));
    REQUIRE(response);
    CHECK(line(*response, "Via: ") == "Via: SIP/2.0/UDP a.example.net;branch=1;received=192.0.2.7, "
                                      "SIP/2.0/TCP b;rport");
    CHECK(line(*response, "v: ") == "v: SIP/2.0/UDP c.example.net;rport;branch=3");
    CHECK(line(*response, "VIA : ") == "VIA : SIP/2.0/UDP d;branch=4");
    CHECK(response->port == 5060);
}

TEST_CASE("compact names, folds and line feeds alone") {
    const auto response = answer("\r\n\r\nOPTIONS sip:x SIP/2.0\n"
                                 "v: SIP/2.0/UDP\n\t10.0.0.7\n ;branch=b\n ;rport\n"
                                 "f: \"A, \\\" <x>;tag=no\" <sip:a@x;tag=uri>\n ;tag=a\n"
                                 "t: Bob\n <sip:b@x>\n"
                                 "i:\n  1@x\n"
                                 "cseq: 1\n OPTIONS\n\n");
    REQUIRE(response);
    const auto to = line(*response, " <sip:b@x>");
    CHECK(response->text == "SIP/2.0 503 Service Unavailable\r\n"
                            "v: SIP/2.0/UDP\r\n\t10.0.0.7\r\n ;branch=b\r\n ;rport=40000"
                            ";received=192.0.2.7\r\n"
                            "f: \"A, \\\" <x>;tag=no\" <sip:a@x;tag=uri>\r\n ;tag=a\r\n"
                            "t: Bob\r\n" +
                                to +
                                "\r\n"
                                "i:\r\n  1@x\r\n"
                                "cseq: 1\r\n OPTIONS\r\n"
                                "Retry-After: 5\r\nContent-Length: 0\r\n\r\n");
    CHECK(without_tag(to) == " <sip:b@x>");
}

TEST_CASE("To gets a tag unless it has one") {
    const auto to = [](const std::string &value) {
        const auto response =
            answer(invite(kVia + kFrom + "To: " + value + "\r\n" + kCallId + kCSeq));
        return response ? line(*response, "To: ").substr(4) : "none";
    };
    for (const std::string value :
         {"<sip:b@x>;tag=7", "sip:b@x;tag=7", "\"B\" <sip:b@x>;x;TAG=7", "<sip:b@x>;tag=7;y"}) {
        CHECK(to(value) == value);
    }
    for (const std::string value : {"<sip:b@x;tag=7>", "sip:b@x", "\";tag=7\" <sip:b@x>",
                                    "<sip:b@x>;mytag=7", "<sip:b@x>;x=\";tag=7\""}) {
        CHECK(without_tag(to(value)) == value);
    }
}

TEST_CASE("a From that is not quite right goes back as it is") {
    const std::string from = "From: \\\"arik\\\" <sip:1@x>;tag=6"; // seen of an IP phone
    const auto response = answer(invite(kVia + from + "\r\n" + kTo + kCallId + kCSeq));
    REQUIRE(response);
    CHECK(line(*response, "From: ") == from);
}

TEST_CASE("a request has the same tag again, another request another one") {
    const auto tag = [](const std::string &request, const HashKey &key = kKey,
                        const Endpoint &from = source()) {
        const auto made = make_response(request + std::string(200, 'x'), from, 5s, key);
        REQUIRE(std::get_if<Response>(&made) != nullptr);
        return line(std::get<Response>(made), "To: ");
    };
    const auto first = tag(invite(kVia + kRest));
    CHECK(tag(invite(kVia + kRest)) == first);
    CHECK(tag(invite(kVia + "Subject: another\r\n" + kRest), kKey, source("192.0.2.7", 1)) ==
          first);
    CHECK(tag(invite(kVia + kFrom + kTo + "Call-ID: 2\r\n" + kCSeq)) != first);
    CHECK(tag(invite(kVia + kFrom + kTo + kCallId + "CSeq: 8 INVITE\r\n")) != first);
    CHECK(tag(invite(kVia + kRest), HashKey{1, 3}) != first);
}

TEST_CASE("what is not answered") {
    REQUIRE(answer(invite(kVia + kRest)));
    const std::pair<const char *, std::string> cases[] = {
        {"an ACK",
         "ACK sip:b@x SIP/2.0\r\n" + kVia + kFrom + kTo + kCallId + "CSeq: 7 ACK\r\n\r\n"},
        {"a response", "SIP/2.0 200 OK\r\n" + kVia + kRest + "\r\n"},
        {"nothing", ""},
        {"line ends only", "\r\n\r\n"},
        {"no start line", "INVITE\r\n" + kVia + kRest + "\r\n"},
        {"no URI", "INVITE  SIP/2.0\r\n" + kVia + kRest + "\r\n"},
        {"a blank in the URI", "INVITE sip:b @x SIP/2.0\r\n" + kVia + kRest + "\r\n"},
        {"another version", "INVITE sip:b@x SIP/7.0\r\n" + kVia + kRest + "\r\n"},
        {"cut in the header", ("INVITE sip:b@x SIP/2.0\r\n" + kVia + kRest)},
        {"cut in a line", ("INVITE sip:b@x SIP/2.0\r\n" + kVia + kRest + "Contact: <si")},
        {"no Via", invite(kRest)},
        {"no From", invite(kVia + kTo + kCallId + kCSeq)},
        {"no To", invite(kVia + kFrom + kCallId + kCSeq)},
        {"no Call-ID", invite(kVia + kFrom + kTo + kCSeq)},
        {"no CSeq", invite(kVia + kFrom + kTo + kCallId)},
        {"two From", invite(kVia + kFrom + kRest)},
        {"two To", invite(kVia + kTo + kRest)},
        {"two Call-IDs", invite(kVia + kRest + "i: 2\r\n")},
        {"two CSeqs", invite(kVia + kRest + kCSeq)},
        {"an empty Via", invite("Via:\r\n" + kRest)},
        {"a Via of another protocol", invite("Via: SIP/3.0/UDP x\r\n" + kRest)},
        {"a Via without sent-by", invite("Via: SIP/2.0/UDP\r\n" + kRest)},
        {"a Via with a bad port", invite("Via: SIP/2.0/UDP x:0\r\n" + kRest)},
        {"a Via with a large port", invite("Via: SIP/2.0/UDP x:65536\r\n" + kRest)},
        {"an open bracket in Via", invite("Via: SIP/2.0/UDP [2001:db8::1\r\n" + kRest)},
        {"an open quote in To", invite(kVia + kFrom + "To: \"Bob <sip:b@x>\r\n" + kCallId + kCSeq)},
        {"an open bracket in To", invite(kVia + kFrom + "To: <sip:b@x\r\n" + kCallId + kCSeq)},
        {"two addresses in To",
         invite(kVia + kFrom + "To: <sip:b>, <sip:c>\r\n" + kCallId + kCSeq)},
        {"an empty tag", invite(kVia + kFrom + "To: <sip:b>;tag=\r\n" + kCallId + kCSeq)},
        {"an empty From", invite(kVia + "From:\r\n" + kTo + kCallId + kCSeq)},
        {"a Call-ID of two words", invite(kVia + kFrom + kTo + "Call-ID: 1 2\r\n" + kCSeq)},
        {"a CSeq of another method", invite(kVia + kFrom + kTo + kCallId + "CSeq: 7 BYE\r\n")},
        {"a CSeq without a number", invite(kVia + kFrom + kTo + kCallId + "CSeq: INVITE\r\n")},
        {"a CSeq too large", invite(kVia + kFrom + kTo + kCallId + "CSeq: 2147483648 INVITE\r\n")},
        {"a line that is no header", invite(kVia + kRest + "hello\r\n")},
        {"a fold of nothing", "INVITE sip:b@x SIP/2.0\r\n x: y\r\n" + kVia + kRest + "\r\n"},
        {"a carriage return alone", invite(kVia + kRest + "X: a\rb\r\n")},
        {"a NUL", invite(kVia + kRest + "X: a" + std::string(1, '\0') + "b\r\n")},
    };
    for (const auto &[what, request] : cases) {
        INFO(what);
        const auto made = make_response(request, source(), 5s, kKey);
        REQUIRE(std::get_if<Unanswered>(&made) != nullptr);
        CHECK(std::get<Unanswered>(made) == Unanswered::Malformed);
    }
}

TEST_CASE("a request that is cut off is answered if its headers are all there") {
    const std::string head = invite(kVia + kRest);
    const std::string whole = head + "v=0\r\ns=-\r\n";
    const auto expected = answer(whole);
    REQUIRE(expected);
    for (std::size_t size = 0; size < whole.size(); size++) {
        INFO(size << " of " << whole.size() << ", headers " << head.size());
        const auto response = answer(whole.substr(0, size));
        CHECK(response.has_value() == (size >= head.size()));
        if (response) {
            CHECK(response->text == expected->text);
        }
    }
}

TEST_CASE("an answer is never longer than its request") {
    const std::string shortest = "A b SIP/2.0\nv:SIP/2.0/UDP h;rport\nf:a\nt:a\ni:1\nCSeq:1 A\n\n";
    const auto from = source("2001:db8:1111:2222:3333:4444:5555:6666");
    CHECK(std::get<Unanswered>(make_response(shortest, from, 5s, kKey)) == Unanswered::TooLong);

    // With each byte more there is room for more: first nothing optional, then all of it.
    std::set<bool> with_length;
    std::set<bool> with_retry_after;
    std::size_t answered = 0;
    for (std::size_t more = 0; more < 200; more++) {
        const auto response = answer(shortest, from, more);
        if (!response) {
            CHECK(answered == 0);
            continue;
        }
        answered++;
        CHECK(response->text.size() <= shortest.size() + more);
        CHECK(response->text.ends_with("\r\n\r\n"));
        const bool length = !line(*response, "Content-Length: 0").empty();
        const bool retry_after = !line(*response, "Retry-After: 5").empty();
        CHECK((retry_after || !length));
        CHECK((length || with_length.count(true) == 0));
        CHECK((retry_after || with_retry_after.count(true) == 0));
        with_length.insert(length);
        with_retry_after.insert(retry_after);
    }
    CHECK(answered > 50);
    CHECK(with_length.size() == 2);
    CHECK(with_retry_after.size() == 2);

    // Each line feed becomes two bytes: many of them make too much of it.
    std::string folds = "f:a";
    for (int i = 0; i < 300; i++) {
        folds += "\n ";
    }
    CHECK_FALSE(answer("A b SIP/2.0\nv:SIP/2.0/UDP h\n" + folds + "\nt:a\ni:1\nCSeq:1 A\n\n"));
}

TEST_CASE("collected requests: the answers are good ones, and not long") {
    const auto messages = sipsteer::test::read_shared_sip();
    if (!messages) {
        WARN("no collected messages");
        return;
    }
    unsigned requests = 0;
    unsigned answered = 0;
    unsigned too_long = 0;
    for (const auto &message : *messages) {
        if (message.kind != "request" || message.method == "ACK") {
            continue;
        }
        INFO(message.file);
        requests++;
        const auto made = make_response(message.text, source(), 5s, kKey);
        if (const auto *why = std::get_if<Unanswered>(&made)) {
            too_long += *why == Unanswered::TooLong; // few headers, no body
            continue; // or a Via like "var", a CSeq of another method, torture tests
        }
        answered++;
        const auto &response = std::get<Response>(made);
        CHECK(response.text.size() <= message.text.size());
        CHECK(response.text.find("\r\n\r\n") == response.text.size() - 4);
        CHECK(response.text.find(message.call_id) != std::string::npos);
        if (const auto parsed = sip::parse_reply(response.text)) { // those with one Via
            CHECK(parsed->code == 503);
            CHECK(parsed->method == message.method);
        }
    }
    INFO(answered << " of " << requests << " answered, " << too_long << " too short");
    CHECK(answered >= requests * 2 / 3);
    CHECK(too_long <= requests / 5);
}

TEST_CASE("SipHash-2-4: the example of the paper's appendix") {
    const HashKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string text;
    for (char c = 0; c < 15; c++) {
        text += c;
    }
    CHECK(siphash(key, text) == 0xa129ca6149be45e5);
}

TEST_CASE("a UDP datagram and its checksum") {
    const bool ipv4 = GENERATE(true, false);
    const std::string payload = GENERATE("", "a", "ab", "abcdefg\xff");
    const Endpoint from{*Address::parse(ipv4 ? "192.0.2.100" : "2001:db8::100"), 5060};
    const Endpoint to{*Address::parse(ipv4 ? "192.0.2.7" : "2001:db8::7"), 40000};
    const auto datagram = udp_datagram(from, to, payload);
    REQUIRE(datagram.size() == 8 + payload.size());
    CHECK((datagram[0] << 8 | datagram[1]) == 5060);
    CHECK((datagram[2] << 8 | datagram[3]) == 40000);
    CHECK((datagram[4] << 8 | datagram[5]) == static_cast<int>(datagram.size()));
    CHECK(std::equal(payload.begin(), payload.end(), datagram.begin() + 8,
                     [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
    // All ones, over pseudo header and datagram (RFC 768).
    std::vector<std::uint8_t> all;
    const auto add = [&](const Address &address) {
        const auto begin = address.bytes().begin() + (ipv4 ? 12 : 0);
        all.insert(all.end(), begin, address.bytes().end());
    };
    add(from.address);
    add(to.address);
    all.insert(all.end(), {0, 17, 0, static_cast<std::uint8_t>(datagram.size())});
    all.insert(all.end(), datagram.begin(), datagram.end());
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < all.size(); i++) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(all[i] << 8) : all[i];
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    CHECK(sum == 0xffff);
}

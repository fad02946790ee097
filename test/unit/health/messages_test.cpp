// SPDX-License-Identifier: Apache-2.0
#include "health/sip_request.hpp"
#include "sip/reply.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace sipsteer::health;
using namespace sipsteer::sip;
using sipsteer::Address;

namespace {

SipRequest example(const char *local, const char *server) {
    return {.local = {*Address::parse(local), 40000},
            .server = {*Address::parse(server), 5062},
            .branch = "z9hG4bKabc",
            .tag = "tag1",
            .call_id = "id1",
            .cseq = 7};
}

bool has(const std::string &text, const std::string &line) {
    return text.find("\r\n" + line + "\r\n") != text.npos;
}

const std::string kVia = "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKabc;rport=40000\r\n";
const std::string kCseq = "CSeq: 7 OPTIONS\r\n";

std::string reply(const std::string &headers, const std::string &status = "SIP/2.0 200 OK") {
    return status + "\r\n" + headers + "\r\n";
}

bool ours(const std::string &datagram) {
    const auto parsed = parse_reply(datagram);
    return parsed && answers(*parsed, "z9hG4bKabc", 7, "OPTIONS");
}

} // namespace

TEST_CASE("the OPTIONS request is complete") {
    const auto text = build_request(example("192.0.2.1", "198.51.100.11"), {});
    CHECK(text.starts_with("OPTIONS sip:198.51.100.11:5062 SIP/2.0\r\n"
                           "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKabc;rport\r\n"));
    CHECK(text.find("\r\nMax-Forwards: 70\r\n") != text.npos);
    CHECK(text.find("\r\nFrom: <sip:sipsteer@192.0.2.1>;tag=tag1\r\n") != text.npos);
    CHECK(text.find("\r\nTo: <sip:198.51.100.11:5062>\r\n") != text.npos);
    CHECK(text.find("\r\nCall-ID: id1@192.0.2.1\r\n") != text.npos);
    CHECK(text.find("\r\nCSeq: 7 OPTIONS\r\n") != text.npos);
    CHECK(text.find("\r\nUser-Agent: sipsteer/") != text.npos);
    CHECK(text.ends_with("\r\nContent-Length: 0\r\n\r\n"));
    CHECK(text.find("\r\n\r\n") == text.size() - 4);
}

TEST_CASE("a REGISTER without a Contact asks about its address-of-record") {
    sipsteer::config::Probe settings;
    settings.method = "REGISTER";
    auto text = build_request(example("192.0.2.1", "198.51.100.11"), settings);
    CHECK(text.starts_with("REGISTER sip:198.51.100.11:5062 SIP/2.0\r\n"));
    CHECK(has(text, "From: <sip:sipsteer@192.0.2.1>;tag=tag1"));
    CHECK(has(text, "To: <sip:sipsteer@192.0.2.1>"));
    CHECK(has(text, "CSeq: 7 REGISTER"));
    CHECK(text.find("Contact") == text.npos);
    CHECK(text.find("Accept") == text.npos);
    settings.from = "sip:probe@example.org";
    text = build_request(example("192.0.2.1", "198.51.100.11"), settings);
    CHECK(has(text, "From: <sip:probe@example.org>;tag=tag1"));
    CHECK(has(text, "To: <sip:probe@example.org>"));
}

TEST_CASE("what is configured stands in the request") {
    sipsteer::config::Probe settings;
    settings.from = "sip:a@example.org";
    settings.request_uri = "sip:ping@example.net;transport=udp";
    settings.user_agent = "watch/1 (night)";
    auto text = build_request(example("192.0.2.1", "198.51.100.11"), settings);
    CHECK(text.starts_with("OPTIONS sip:ping@example.net;transport=udp SIP/2.0\r\n"));
    CHECK(has(text, "From: <sip:a@example.org>;tag=tag1"));
    CHECK(has(text, "To: <sip:ping@example.net;transport=udp>"));
    CHECK(has(text, "User-Agent: watch/1 (night)"));
    settings.to = "sip:b@example.org";
    settings.method = "SUBSCRIBE";
    auto over_tcp = example("192.0.2.1", "198.51.100.11");
    over_tcp.transport = "TCP";
    text = build_request(over_tcp, settings);
    CHECK(has(text, "To: <sip:b@example.org>"));
    CHECK(has(text, "Contact: <sip:sipsteer@192.0.2.1:40000>"));
    CHECK(has(text, "Via: SIP/2.0/TCP 192.0.2.1:40000;branch=z9hG4bKabc;rport"));
}

TEST_CASE("IPv6 addresses are in brackets") {
    const auto text = build_request(example("2001:db8::1", "2001:db8::b"), {});
    CHECK(text.starts_with("OPTIONS sip:[2001:db8::b]:5062 SIP/2.0\r\n"
                           "Via: SIP/2.0/UDP [2001:db8::1]:40000;branch="));
    CHECK(text.find("\r\nFrom: <sip:sipsteer@[2001:db8::1]>;tag=tag1\r\n") != text.npos);
    CHECK(text.find("\r\nTo: <sip:[2001:db8::b]:5062>\r\n") != text.npos);
    CHECK(text.find("\r\nCall-ID: id1@[2001:db8::1]\r\n") != text.npos);
}

TEST_CASE("branches have the magic cookie and differ") {
    std::set<std::string> branches;
    for (int i = 0; i < 1000; ++i) {
        const auto branch = new_branch();
        CHECK(branch.starts_with("z9hG4bK"));
        CHECK(branch.size() == 7 + 16);
        branches.insert(branch);
    }
    CHECK(branches.size() == 1000);
}

TEST_CASE("a plain answer is ours") {
    const auto parsed = parse_reply(reply(kVia + "From: a\r\nTo: b\r\n" + kCseq));
    REQUIRE(parsed);
    CHECK(parsed->code == 200);
    CHECK(parsed->reason == "OK");
    CHECK(parsed->status() == "200 OK");
    CHECK(parsed->branch == "z9hG4bKabc");
    CHECK(parsed->cseq == 7);
    CHECK(parsed->method == "OPTIONS");
    CHECK(parsed->final());
    CHECK_FALSE(answers(*parsed, "z9hG4bKabc", 7, "REGISTER"));
    CHECK(answers(*parsed, "z9hG4bKabc", 7, "OPTIONS"));
}

TEST_CASE("status lines") {
    const auto code = [](const std::string &line) {
        const auto parsed = parse_reply(reply(kVia + kCseq, line));
        return parsed ? parsed->status() : "none";
    };
    CHECK(code("SIP/2.0 503 Service Unavailable") == "503 Service Unavailable");
    CHECK(code("sip/2.0 486 Busy Here") == "486 Busy Here");
    CHECK(code("SIP/2.0 200 ") == "200");
    CHECK(code("SIP/2.0 200") == "200");
    CHECK(code("SIP/2.0 100 Trying") == "100 Trying");
    CHECK_FALSE(parse_reply(reply(kVia + kCseq, "SIP/2.0 100 Trying"))->final());
    CHECK(code("SIP/3.0 200 OK") == "none");
    CHECK(code("HTTP/1.1 200 OK") == "none");
    CHECK(code("SIP/2.0 20 OK") == "none");
    CHECK(code("SIP/2.0 2000 OK") == "none");
    CHECK(code("SIP/2.0 099 OK") == "none");
    CHECK(code("SIP/2.0 700 OK") == "none");
    CHECK(code("SIP/2.0 2x0 OK") == "none");
    CHECK(code("SIP/2.0 -20 OK") == "none");
    CHECK(code("SIP/2.0 +20 OK") == "none");
    CHECK(code("SIP/2.0  200 OK") == "none");
    CHECK(code("OPTIONS sip:a SIP/2.0") == "none");
    CHECK(code("") == "none");
}

TEST_CASE("ways to write a Via") {
    const auto with = [](const std::string &via) { return ours(reply(via + "\r\n" + kCseq)); };
    CHECK(with("v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc"));
    CHECK(with("V:SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc"));
    CHECK(with("VIA \t: SIP / 2.0 / UDP 192.0.2.1 ; rport ; BRANCH = z9hG4bKabc"));
    CHECK(with("Via:\r\n SIP/2.0/UDP\r\n\t192.0.2.1\r\n ;branch\r\n =z9hG4bKabc\r\n ;rport=1"));
    CHECK(with("Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=Z9HG4BKABC"));
    CHECK(with("Via: SIP/2.0/UDP h;x=\"a;branch=no,\\\";b\";branch=z9hG4bKabc"));

    CHECK_FALSE(with("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabd"));
    CHECK_FALSE(with("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabcd"));
    CHECK_FALSE(with("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKab"));
    CHECK_FALSE(with("Via: SIP/2.0/UDP 192.0.2.1;branch="));
    CHECK_FALSE(with("Via: SIP/2.0/UDP 192.0.2.1;xbranch=z9hG4bKabc"));
    CHECK_FALSE(with("Via: SIP/2.0/UDP z9hG4bKabc"));
    CHECK_FALSE(with("Via:"));
    CHECK_FALSE(with("X-Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc"));
    CHECK_FALSE(with("Subject: x\r\n Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc"));
}

TEST_CASE("a response with more than one Via is not for us") {
    CHECK_FALSE(parse_reply(reply(kVia + kVia + kCseq)));
    CHECK_FALSE(
        parse_reply(reply("Via: SIP/2.0/UDP a;branch=z9hG4bKabc, SIP/2.0/UDP b\r\n" + kCseq)));
}

TEST_CASE("ways to write a CSeq") {
    const auto with = [](const std::string &cseq) { return ours(reply(kVia + cseq + "\r\n")); };
    CHECK(with("cseq: 7 OPTIONS"));
    CHECK(with("CSEQ :\t7\t OPTIONS  "));
    CHECK(with("CSeq: 7\r\n OPTIONS"));
    CHECK(with("CSeq: 0007 OPTIONS"));
    CHECK_FALSE(with("CSeq: 8 OPTIONS"));
    CHECK_FALSE(with("CSeq: 7 INVITE"));
    CHECK_FALSE(with("CSeq: 7 options"));
    CHECK_FALSE(with("CSeq: 7 OPTIONS x"));
    CHECK_FALSE(with("CSeq: 7OPTIONS"));
    CHECK_FALSE(with("CSeq: 7"));
    CHECK_FALSE(with("CSeq: OPTIONS"));
    CHECK_FALSE(with("CSeq: 4294967303 OPTIONS")); // 2^32 + 7
    CHECK_FALSE(with("CSeq: -7 OPTIONS"));
    CHECK_FALSE(with("CSeq: 7 OPTIONS\r\nCSeq: 7 OPTIONS"));
    CHECK_FALSE(with("X: y"));
}

TEST_CASE("line ends of LF alone are read, too") {
    CHECK(ours("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h;branch=z9hG4bKabc\nCSeq: 7 OPTIONS\n\n"));
}

TEST_CASE("malformed datagrams are nobody's") {
    CHECK_FALSE(parse_reply(""));
    CHECK_FALSE(parse_reply("\r\n\r\n"));
    CHECK_FALSE(parse_reply(std::string(100, '\0')));
    CHECK_FALSE(parse_reply(std::string(1000, 'x')));
    CHECK_FALSE(parse_reply("SIP/2.0 200 OK\r\n\r\n"));
    CHECK_FALSE(parse_reply(reply(kCseq))); // no Via
    CHECK_FALSE(parse_reply(reply(kVia)));  // no CSeq
    CHECK_FALSE(parse_reply(reply(kVia + kCseq + "no colon here\r\n")));
    CHECK_FALSE(parse_reply(reply(kVia + kCseq + ": no name\r\n")));
    CHECK_FALSE(parse_reply(reply(" folds nothing\r\n" + kVia + kCseq)));
    CHECK_FALSE(parse_reply("SIP/2.0 200 OK\r\n\r\n" + kVia + kCseq + "\r\n")); // in the body
}

TEST_CASE("a truncated answer is nobody's") {
    const auto whole = reply(kVia + kCseq);
    for (std::size_t size = 0; size + 2 <= whole.size(); ++size) {
        CHECK_FALSE(parse_reply(whole.substr(0, size)));
    }
    CHECK(parse_reply(whole + "body"));
}

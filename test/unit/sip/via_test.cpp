// SPDX-License-Identifier: Apache-2.0
//
// sent-by in the topmost Via.
#include "finder_cases.hpp"
#include "reference_finder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace sipsteer::test;

namespace {

const FinderCheck kCheck(finder_sent_by, reference_sent_by);

std::string find(const std::string &message) {
    return kCheck.find(message);
}

const std::string kStart = "INVITE sip:bob@example.com SIP/2.0\r\n";

/// A message with `header` (line ends and all) among others.
std::string with(const std::string &header) {
    return kStart + "Max-Forwards: 70\r\n" + header + "Call-ID: a1\r\nContent-Length: 0\r\n\r\n";
}

std::string via(const std::string &value) {
    return with("Via: " + value + "\r\n");
}

const FinderCases kNames = {
    {"as usual", with("Via: SIP/2.0/UDP host:5066;branch=z9hG4bK7\r\n"), "host:5066"},
    {"compact form", with("v: SIP/2.0/UDP host;branch=1\r\n"), "host"},
    {"compact form, upper case", with("V:SIP/2.0/UDP host;branch=1\r\n"), "host"},
    {"any case", with("vIA:SIP/2.0/UDP host;branch=1\r\n"), "host"},
    {"blanks before the colon", with("Via \t: SIP/2.0/UDP host;branch=1\r\n"), "host"},
    {"LF only", "BYE sip:b SIP/2.0\nVia: SIP/2.0/UDP host\nTo: x\n\n", "host"},
    {"leading CRLF", "\r\n\r\n" + via("SIP/2.0/UDP host"), "host"},
    {"a response", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP host\r\n\r\n", "host"},
    {"the topmost one counts", with("Via: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\n"), "a"},
    {"one without a value does not", with("Via:\r\nv: SIP/2.0/UDP b\r\n"), "b"},
    {"other names", with("Viaduct: SIP/2.0/UDP a\r\nX-Via: SIP/2.0/UDP a\r\nvx: SIP/2.0/UDP a\r\n"),
     ""},
    {"in the body", with("") + "Via: SIP/2.0/UDP a\r\n", ""},
    {"none", with(""), ""},
};

const FinderCases kValues = {
    {"no parameters", via("SIP/2.0/UDP host"), "host"},
    {"an address", via("SIP/2.0/UDP 192.0.2.1:5060;branch=1"), "192.0.2.1:5060"},
    {"IPv6", via("SIP/2.0/UDP [2001:db8::9:1]:5060;branch=1"), "[2001:db8::9:1]:5060"},
    {"blanks around the slashes", via("SIP / 2.0 / UDP host;branch=1"), "host"},
    {"tabs around the slashes", via("SIP\t/\t2.0\t/\tUDP\thost\t;branch=1"), "host"},
    {"RFC 3261, 20.42", via("SIP / 2.0 / UDP first.example.com: 4000;ttl=16"),
     "first.example.com: 4000"},
    {"blanks around the colon", via("SIP/2.0/UDP host : 4000 ; ttl=16"), "host : 4000"},
    {"many blanks", via("SIP/2.0/UDP    host   ;branch=1"), "host"},
    {"trailing blanks", via("SIP/2.0/UDP host \t "), "host"},
    {"two in one line", via("SIP/2.0/UDP a, SIP/2.0/UDP b"), "a"},
    {"two in one line, no blank", via("SIP/2.0/UDP a,SIP/2.0/UDP b"), "a"},
    {"another transport", via("SIP/2.0/TLS-SCTP host;branch=1"), "host"},
    {"a transport not known", via("SIP/2.0/foo host"), "host"},
    {"RFC 4475, 3.1.1.1: a fold before the value",
     with("v:  \r\n SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK\r\n"),
     "spindle.example.com"},
    {"a fold behind it", via("SIP/2.0/UDP host\r\n ;branch=1"), "host"},
    {"a fold before it: not on the first line", via("SIP/2.0/UDP\r\n host;branch=1"), ""},
    {"a fold before UDP", via("SIP/2.0/\r\n UDP host;branch=1"), ""},
    {"nothing behind the transport", via("SIP/2.0/UDP"), ""},
    {"blanks behind the transport", via("SIP/2.0/UDP   "), ""},
    {"parameters behind the transport", via("SIP/2.0/UDP ;branch=1"), ""},
    {"one slash", via("SIP/2.0 UDP host;branch=1"), ""},
    {"no slash", via("host;branch=1"), ""},
    {"no newline behind it", kStart + "Via: SIP/2.0/UDP host;", "host"},
    {"cut in it", kStart + "Via: SIP/2.0/UDP ho", ""},
    {"cut behind it", kStart + "Via: SIP/2.0/UDP host ", ""},
};

const std::vector<std::string> kPieces = {"\r",   "\n",        "\r\n",     "\r\n ",   "\n\t",
                                          " ",    "\t",        ":",        "/",       ",",
                                          ";",    "SIP",       "SIP/2.0/", "UDP",     "/UDP ",
                                          "Via",  "\r\nVia:",  "\nv:",     "v",       "via",
                                          "\xff", "\r\nv : /", "/ / x ",   " host; ", "\r\n\r\n"};

} // namespace

TEST_CASE("sent-by: names of the header", "[via]") {
    kCheck.cases(kNames);
}

TEST_CASE("sent-by: values", "[via]") {
    kCheck.cases(kValues);
}

TEST_CASE("sent-by: lengths from 1 to 300, the first 256 bytes count", "[via]") {
    for (std::size_t length = 1; length <= 300; length++) {
        std::string host;
        while (host.size() < length) {
            host += static_cast<char>('a' + host.size() % 26);
        }
        INFO(length);
        CHECK(find(via("SIP/2.0/UDP " + host + ";branch=1")) == host.substr(0, 256));
        CHECK(find(via("SIP/2.0/UDP " + host)) == host.substr(0, 256));
        CHECK(find(via("SIP/2.0/" + host + std::string(length, ' ') + "a")) == "a");
    }
}

TEST_CASE("sent-by: a message cut short is as if it ended there", "[via]") {
    kCheck.cut_short(messages_of({&kNames, &kValues}));
}

TEST_CASE("sent-by: 100,000 random messages, against the reference", "[via]") {
    kCheck.random(messages_of({&kNames, &kValues}), kPieces);
}

TEST_CASE("sent-by: collected messages, against the reference", "[via]") {
    kCheck.collected();
}

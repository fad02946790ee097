// SPDX-License-Identifier: Apache-2.0
//
// What the SIP fields of a probe may hold.
#include "config_cases.hpp"

using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

/// The errors of pools[0].probe.FIELD = VALUE, JSON.
Texts errors_with(const std::string &field, const std::string &value) {
    const std::string probe = "{\"" + field + "\": " + value + "}";
    return errors_of({"/pools/0/probe", probe.c_str()});
}

bool good_with(const std::string &field, const std::string &value) {
    return errors_with(field, value).empty();
}

std::vector<CodeRange> accepted(const std::string &value) {
    const std::string probe = "{\"accept\": " + value + "}";
    const auto parsed = parse(changed(good(), {"/pools/0/probe", probe.c_str()}));
    REQUIRE(parsed.ok());
    return parsed->pools[0].probe.accept;
}

} // namespace

TEST_CASE("a probe's method is a token, and ends with its answer") {
    CHECK(good_with("method", R"("REGISTER")"));
    CHECK(good_with("method", R"("x-Ping.1!%*_+`'~")"));
    const std::string rule =
        " is not a SIP method; write 1 to 32 letters, digits or -.!%*_+`'~ without blanks";
    for (const char *bad : {R"("")", R"("OP TIONS")", R"("A\r\nB")", R"("a/b")", R"("\u00fc")",
                            R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"}) {
        INFO(bad);
        const auto errors = errors_with("method", bad);
        REQUIRE(errors.size() == 1);
        CHECK(errors[0] == std::string("pools[0].probe.method: ") + bad + rule);
    }
    for (const char *no_probe : {R"("INVITE")", R"("ACK")", R"("CANCEL")"}) {
        CHECK(errors_with("method", no_probe) ==
              Texts{std::string("pools[0].probe.method: ") + no_probe +
                    " cannot be a probe; use a method that one answer completes, like \"OPTIONS\" "
                    "or \"REGISTER\""});
    }
}

TEST_CASE("a probe's codes") {
    CHECK(accepted(R"([200])") == std::vector<CodeRange>{{200, 200}});
    CHECK(accepted(R"([200, "400-499"])") == std::vector<CodeRange>{{200, 200}, {400, 499}});
    CHECK(accepted(R"(["404-404", 699])") == std::vector<CodeRange>{{404, 404}, {699, 699}});
    CHECK(accepted(R"("any")") == std::vector<CodeRange>{{200, 699}});
    for (const char *bad :
         {"199", "700", "-1", "200.5", "4294967496", R"("200")", R"("200-")", R"("499-400")",
          R"("100-200")", R"("200-700")", R"("2xx")", R"("200 - 299")", "null", R"("any")"}) {
        INFO(bad);
        CHECK(errors_with("accept", std::string("[200, ") + bad + "]") ==
              Texts{std::string("pools[0].probe.accept[1]: ") + bad +
                    " is neither a final code, 200 to 699, nor a range of them like \"400-499\""});
    }
    CHECK(errors_with("accept", "[]") ==
          Texts{"pools[0].probe.accept: 0 given; 1 to 32 are supported"});
    CHECK(errors_with("accept", "200") ==
          Texts{"pools[0].probe.accept: expected \"any\" or a list of codes like [200, "
                "\"400-499\"], found number 200"});
}

TEST_CASE("a probe's URIs are sip: URIs, and nothing gets out of its header") {
    const auto field = GENERATE(as<std::string>{}, "from", "to", "request_uri");
    for (const char *uri : {R"("sip:example.org")", R"("sip:a@192.0.2.1:5060")",
                            R"("sip:a:b@[2001:db8::1]:1;transport=udp;lr")",
                            R"("sip:+49-30;isub=1@x")", R"("sip:a%20b@x")"}) {
        INFO(uri);
        CHECK(good_with(field, uri));
    }
    for (const char *bad : {R"("")",
                            R"("sip:")",
                            R"("sips:a@b")",
                            R"("tel:+49")",
                            R"("a@b")",
                            R"("sip:a b@c")",
                            R"("sip:a@b\r\nX: y")",
                            R"("sip:a@b\n")",
                            R"("sip:a@b\u0000")",
                            R"("<sip:a@b>")",
                            R"("sip:a@b>;tag=1")",
                            R"("sip:a@b?x=y")",
                            R"("sip:a@")",
                            R"("sip:@b")",
                            R"("sip:a@b@c")",
                            R"("sip:b:")",
                            R"("sip:b:0")",
                            R"("sip:b:65536")",
                            R"("sip:b:x")",
                            R"("sip:[b]")",
                            R"("sip:[2001:db8::1")",
                            R"("sip:a@b,c")",
                            R"("sip:\u00fc@b")"}) {
        INFO(bad);
        const auto errors = errors_with(field, bad);
        REQUIRE(errors.size() == 1);
        CHECK(errors[0].find("pools[0].probe." + field + ": \"") == 0);
        CHECK(errors[0].find(" is not a SIP URI; write it like ") != std::string::npos);
    }
    CHECK_FALSE(good_with(field, "\"sip:" + std::string(252, 'a') + "\""));
    CHECK(good_with(field, "\"sip:" + std::string(251, 'a') + "\""));
}

TEST_CASE("a probe's User-Agent has no control characters") {
    CHECK(good_with("user_agent", R"x("watch/1 (night \u00fc)")x"));
    CHECK(good_with("user_agent", "\"" + std::string(128, 'a') + "\""));
    for (const std::string bad :
         {R"("")", R"("a\r\nb")", R"("a\tb")", R"("a\u007f")", R"(" a")", R"("a ")"}) {
        INFO(bad);
        const auto errors = errors_with("user_agent", bad);
        REQUIRE(errors.size() == 1);
        CHECK(errors[0].find("pools[0].probe.user_agent: \"") == 0);
        CHECK(errors[0].find(" is not a header value; ") != std::string::npos);
    }
    CHECK_FALSE(good_with("user_agent", "\"" + std::string(129, 'a') + "\""));
}

TEST_CASE("a probe's jitter and hold-down") {
    CHECK(good_with("jitter", "0"));
    CHECK(good_with("jitter", "0.5"));
    CHECK(errors_with("jitter", "0.51") ==
          Texts{"pools[0].probe.jitter: 0.51 is out of range: 0.0 to 0.5"});
    CHECK(errors_with("jitter", "-0.1") ==
          Texts{"pools[0].probe.jitter: -0.1 is out of range: 0.0 to 0.5"});
    CHECK(errors_with("jitter", R"("10%")") ==
          Texts{R"(pools[0].probe.jitter: expected a number, found string "10%")"});
    CHECK(good_with("hold_down", R"({"after": 1, "within": "1s", "for": "0s"})"));
    CHECK(errors_with("hold_down", R"({"after": 0})") ==
          Texts{"pools[0].probe.hold_down.after: 0 is out of range: 1 to 1000"});
    CHECK(errors_with("hold_down", R"({"within": "0s"})") ==
          Texts{"pools[0].probe.hold_down.within: \"0s\" is out of range: 1s to 24h"});
    CHECK(errors_with("hold_down", R"({"for": "25h"})") ==
          Texts{"pools[0].probe.hold_down.for: \"25h\" is out of range: 0s to 24h"});
    CHECK(errors_with("hold_down", "3") ==
          Texts{"pools[0].probe.hold_down: expected an object, found number 3"});
}

TEST_CASE("a probe's path") {
    CHECK(good_with("path", R"("direct")"));
    CHECK(good_with("path", R"("dsr")"));
    CHECK(good_with("path", R"("both")"));
    CHECK(errors_with("path", R"("dsrr")") ==
          Texts{"pools[0].probe.path: \"dsrr\" is unknown; supported: \"direct\", \"dsr\", "
                "\"both\"; did you mean \"dsr\"?"});
}

TEST_CASE("a probe over TCP goes the direct path") {
    CHECK(good_with("type", R"("tcp")"));
    CHECK(good_with("type", R"("tcp-options")"));
    const std::string rule =
        " needs type \"options\": a TCP connection uses the server's own address";
    check({
        {{"/pools/0/probe", R"({"type": "tcp", "path": "dsr"})"},
         {"pools[0].probe.path: \"dsr\"" + rule}},
        {{"/pools/0/probe", R"({"type": "tcp-options", "path": "both"})"},
         {"pools[0].probe.path: \"both\"" + rule}},
        {{"/pools/0/probe", R"({"type": "tcp", "path": "direct"})"}, {}},
        {{"/pools/0/probe", R"({"type": "none", "path": "dsr"})"}, {}},
    });
}

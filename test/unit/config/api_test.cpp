// SPDX-License-Identifier: Apache-2.0
//
// Where the API is served.
#include "config_cases.hpp"

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

Texts errors_of_listeners(const char *listeners) {
    json document = good();
    document["api"]["tokens_file"] = "/etc/sipsteer/tokens.json";
    document["api"]["listen"] = json::parse(listeners);
    return texts(parse(document));
}

} // namespace

TEST_CASE("listeners are read and written") {
    json document = good();
    document["api"] = json::parse(R"({
        "socket": "/run/x.sock", "socket_mode": "0660", "socket_group": "voip",
        "tokens_file": "/etc/tokens.json",
        "listen": [ { "address": "127.0.0.1:8080", "insecure": false },
                    { "address": "0.0.0.0:8443", "insecure": false,
                      "tls": { "certificate": "/c.pem", "key": "/k.pem" } },
                    { "address": "[2001:db8::1]:8443", "insecure": true } ] })");
    const auto parsed = parse(document);
    REQUIRE(parsed.ok());
    CHECK(to_json(*parsed)["api"] == document["api"]);
    CHECK(parsed->api.listen[2].address.port == 8443);
    CHECK(parsed->api.listen[2].address.address == Address::parse("2001:db8::1"));
}

TEST_CASE("addresses and ports that are none") {
    const std::string form = " is not an address and a port; write them like \"127.0.0.1:8080\" or "
                             "\"[::1]:8443\"";
    for (const std::string text : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
                                   "127.0.0.1:65536", "127.0.0.1:+80", "::1:8080", "[127.0.0.1]:80",
                                   "[::1]", "localhost:8080", "127.0.0.1:80 "}) {
        INFO(text);
        CHECK(errors_of_listeners(json{{{"address", text}}}.dump().c_str()) ==
              Texts{"api.listen[0].address: " + json(text).dump() + form});
    }
    CHECK(errors_of_listeners(R"([ { "address": 8080 } ])").size() == 1);
    CHECK(errors_of_listeners(R"([ {} ])") == Texts{"api.listen[0].address: missing"});
}

TEST_CASE("off loopback TLS is needed, or a word that it is not") {
    const auto missing = [](const std::string &address) {
        return Texts{"api.listen[0].tls: missing: other hosts can reach " + address +
                     "; give a certificate and a key, or set \"insecure\" to true for plain text"};
    };
    CHECK(errors_of_listeners(R"([ { "address": "127.9.9.9:80" }, { "address": "[::1]:80" } ])")
              .empty());
    CHECK(errors_of_listeners(R"([ { "address": "0.0.0.0:80" } ])") == missing("0.0.0.0:80"));
    CHECK(errors_of_listeners(R"([ { "address": "[::]:80" } ])") == missing("[::]:80"));
    CHECK(errors_of_listeners(R"([ { "address": "192.0.2.1:80", "insecure": false } ])") ==
          missing("192.0.2.1:80"));
    CHECK(errors_of_listeners(R"([ { "address": "192.0.2.1:80", "insecure": true } ])").empty());
    CHECK(errors_of_listeners(R"([ { "address": "192.0.2.1:80", "insecure": 1 } ])") ==
          Texts{"api.listen[0].insecure: expected true or false, found number 1"});
    CHECK(errors_of_listeners(R"([ { "address": "192.0.2.1:80", "insecure": true,
                                     "tls": { "certificate": "/c", "key": "/k" } } ])") ==
          Texts{"api.listen[0].insecure: works only without tls"});
    CHECK(errors_of_listeners(R"([ { "address": "192.0.2.1:80", "tls": { "key": "/k" } } ])") ==
          Texts{"api.listen[0].tls.certificate: missing"});
}

TEST_CASE("listeners need tokens and places of their own") {
    check({
        {{"/api", R"({"listen": [ { "address": "127.0.0.1:80" } ]})"},
         {"api.tokens_file: missing: clients need a token over TCP"}},
        {{"/api", R"({"listen": []})"}, {}},
        {{"/api", R"({"socket_group": "a b"})"},
         {R"(api.socket_group: "a b" is not the name of a group)"}},
    });
    CHECK(errors_of_listeners(R"([ { "address": "127.0.0.1:80" }, { "address": "[::1]:80" },
                                   { "address": "127.0.0.1:80" } ])") ==
          Texts{"api.listen[2].address: 127.0.0.1:80 is already the address of api.listen[0]"});
}

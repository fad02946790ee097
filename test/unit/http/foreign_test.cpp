// SPDX-License-Identifier: Apache-2.0
//
// Pages of other sites, in the browser of somebody who may use the API: by a bridge to the Unix
// socket, which asks for no token, above all.
#include "api_tcp.hpp"

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

/// The status of a request with these fields over the Unix socket.
unsigned status_of(const Running &server, const std::string &fields,
                   const std::string &line = "GET /v1/status HTTP/1.1") {
    Client client(server.path());
    client.send(line + "\r\n" + fields + "\r\n");
    return client.receive().result_int();
}

/// A router that has what everybody may have, too.
Router with_page() {
    Router router = example_router();
    router.add("GET", "/", [](const Request &) { return json_response(json("page")); });
    return router;
}

} // namespace

TEST_CASE("the Unix socket serves names that no other site can have lead to it") {
    const Running server;
    for (const std::string host :
         {"localhost", "LocalHost:8080", "page.localhost", "127.0.0.1:8080", "[::1]:8080", "[::1]",
          "198.51.100.7", "[2001:db8::7]:80", "", ":8080"}) {
        INFO(host);
        CHECK(status_of(server, "Host: " + host + "\r\n") == 200);
    }
    for (const std::string host :
         {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
          "notlocalhost", "[evil.example]", "127.1", "localhost evil"}) {
        INFO(host);
        CHECK(status_of(server, "Host: " + host + "\r\n") == 403);
        CHECK(status_of(server, "Host: " + host + "\r\n", "GET /healthz HTTP/1.1") == 403);
    }
    CHECK(status_of(server, "", "GET /v1/status HTTP/1.0") == 200);
}

TEST_CASE("over TCP, where a token is needed, the name does not matter") {
    const RunningTcp server;
    CHECK(server
              .ask("GET /v1/status HTTP/1.1\r\nHost: balancer.example:8443\r\n" + bearer("look") +
                   "\r\n")
              .result_int() == 200);
}

TEST_CASE("a page of another origin reads nothing, on the same host neither") {
    const Running local(with_page());
    const RunningTcp remote(nullptr, {}, with_page());
    for (const auto &[site, expected] : {std::pair("cross-site", 403U),
                                         {"same-site", 403U},
                                         {"same-origin", 200U},
                                         {"none", 200U}}) {
        INFO(site);
        const std::string field = "Sec-Fetch-Site: " + std::string(site) + "\r\n";
        CHECK(status_of(local, "Host: localhost\r\n" + field) == expected);
        CHECK(remote.ask(get("/v1/status", field + bearer("look"))).result_int() == expected);
        // A link on another site leads to the page; it has nothing of the farm in it.
        CHECK(status_of(local, "Host: localhost\r\n" + field, "GET / HTTP/1.1") == 200);
        CHECK(status_of(local, "Host: localhost\r\nContent-Length: 0\r\n" + field,
                        "POST / HTTP/1.1") == (expected == 200 ? 405 : 403));
    }
}

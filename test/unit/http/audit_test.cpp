// SPDX-License-Identifier: Apache-2.0
//
// The audit: each change is an event of the log, with who made it, from where, and what it was.
#include "api_tcp.hpp"

#include "base/log.hpp"

#include <map>
#include <mutex>
#include <unistd.h>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

/// The changes that the log was told of, while it lives.
class Heard {
public:
    using Fields = std::map<std::string, std::string>;

    Heard() {
        log::set_listener([this](log::Level, std::string_view event, log::Fields fields) {
            const std::lock_guard guard(mutex_);
            if (event == "api_change") {
                all_.emplace_back();
                for (const auto &field : fields) {
                    all_.back()[std::string(field.key)] = field.value;
                }
            }
        });
    }
    ~Heard() { log::set_listener({}); }
    Heard(const Heard &) = delete;
    Heard &operator=(const Heard &) = delete;

    /// A change is told before it is answered.
    std::vector<Fields> take() {
        const std::lock_guard guard(mutex_);
        return std::exchange(all_, {});
    }

private:
    std::mutex mutex_;
    std::vector<Fields> all_;
};

Router changing_router() {
    Router router = example_router();
    const auto change = [](const Request &request) {
        Response response = json_response({{"bytes", request.body.size()}});
        response.change = "weight: 100 -> 50";
        return response;
    };
    router.add("PUT", "/change/{name}", change);
    router.add("PUT", "/trial", [](const Request &) {
        Response response = json_response(json::object());
        response.changes = false; // as a dry run
        return response;
    });
    return router;
}

} // namespace

TEST_CASE("a change over TCP is told with the token's name and the client's address") {
    Heard heard;
    const RunningTcp server(nullptr, {}, changing_router());
    CHECK(server.ask(put("/change/a%0ab?x=1", bearer("secret"))).result_int() == 200);
    const std::vector<Heard::Fields> expected = {{{"who", "root"},
                                                  {"from", "127.0.0.1"},
                                                  {"request", "PUT /change/a%0ab"},
                                                  {"change", "weight: 100 -> 50"}}};
    CHECK(heard.take() == expected);
}

TEST_CASE("a change over the Unix socket is told with the user who made it") {
    Heard heard;
    const Running server(changing_router());
    Client client(server.path());
    client.send("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(client.receive().result_int() == 200);
    const std::vector<Heard::Fields> expected = {
        {{"who", "uid " + std::to_string(::getuid())},
         {"from", "local, pid " + std::to_string(::getpid())},
         {"request", "PUT /echo"},
         {"change", ""}}};
    CHECK(heard.take() == expected); // also if its handler says no more of it
}

TEST_CASE("what changes nothing is no change") {
    Heard heard;
    const RunningTcp server(nullptr, {}, changing_router());
    server.ask(get("/v1/status", bearer("secret")));
    server.ask(put("/nothing", bearer("secret"))); // 404
    server.ask(put("/change/a", bearer("look")));  // 403
    server.ask(put("/trial", bearer("secret")));   // a dry run
    server.ask("POST /v1/explain HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + bearer("secret") +
               "\r\n");
    CHECK(heard.take().empty());
}

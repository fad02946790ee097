// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/trace over real sockets: what is asked of the source, and what is refused.
#include "api_client.hpp"
#include "api_pieces.hpp"

#include "api/trace_routes.hpp"

#include <mutex>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

/// Where these tests' traces come from.
class Source {
public:
    Router router() {
        Router router = example_router();
        add_trace_routes(
            router,
            [this](const TraceQuery &query) -> std::variant<std::shared_ptr<Stream>, Problem> {
                const std::lock_guard guard(mutex_);
                asked_ = query;
                if (query.reason == "none") {
                    return Problem{400, "no such reason", "reason", {}};
                }
                return std::make_shared<Pieces>(std::vector<std::string>{"blocks"});
            });
        return router;
    }

    TraceQuery asked() {
        const std::lock_guard guard(mutex_);
        return asked_;
    }

private:
    std::mutex mutex_;
    TraceQuery asked_;
};

} // namespace

TEST_CASE("a trace is a stream of pcapng") {
    Source source;
    const Running server(source.router());
    Client client(server.path());
    client.send(get("/v1/trace"));
    const HttpAnswer answer = client.receive();
    CHECK(answer[beast_http::field::content_type] == "application/x-pcapng");
    CHECK(answer[beast_http::field::transfer_encoding] == "chunked");
    CHECK(answer.body() == "blocks");
    CHECK(client.closed());
    const auto asked = source.asked();
    CHECK(asked.packets == TapQuery());
    CHECK_FALSE(asked.reason);
    CHECK(asked.snap == 16384);
    CHECK_FALSE(asked.count);
    CHECK_FALSE(asked.duration);
}

TEST_CASE("each parameter of a trace reaches the source") {
    Source source;
    const Running server(source.router());
    Client client(server.path());
    client.send(get("/v1/trace?call_id=a%26b&source=192.0.2.0/24&server=proxies/proxy1&"
                    "reason=call_new&sample=0.25&snap=64&count=7&duration=1500ms"));
    CHECK(client.receive().result_int() == 200);
    const auto asked = source.asked();
    CHECK(asked.packets == TapQuery{0.25, "proxies/proxy1", "192.0.2.0/24", "a&b"});
    CHECK(asked.reason == "call_new");
    CHECK(asked.snap == 64);
    CHECK(asked.count == 7);
    CHECK(asked.duration == 1500ms);
}

TEST_CASE("a trace that makes no sense is refused, with the parameter it is about") {
    Source source;
    const Running server(source.router());
    Client client(server.path());
    for (const std::string bad :
         {"sample=0", "sample=1.5", "sample=x", "snap=63", "snap=16385", "count=0", "count=-1",
          "duration=5", "duration=soon", "call_id=", "reason=", "reason=none", "kind=x"}) {
        INFO(bad);
        client.send(get("/v1/trace?" + bad));
        const auto problem = problem_of(client.receive());
        CHECK(problem["status"] == 400);
        CHECK(problem["parameter"] == bad.substr(0, bad.find('=')));
    }
}

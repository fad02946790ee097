// SPDX-License-Identifier: Apache-2.0
//
// The routes about calls. What they answer comes from the daemon: the API knows nothing of it.
#pragma once

#include "http/problem.hpp"
#include "http/router.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sipsteer::api {

/// What GET /v1/calls asks for.
struct CallsQuery {
    std::size_t limit = 100; // 1 to 1000
    std::uint64_t after = 0; // `next` of the page before
    std::optional<std::string> pool;
    std::optional<std::string> server;
    std::optional<std::string> state;
    std::optional<std::uint64_t> older_than;       // seconds
    std::optional<std::uint64_t> idle_longer_than; // seconds
};

/// What is known of one call; what is absent matters in pools alone whose key or scheduler goes by
/// it.
struct CallQuery {
    std::string call_id; // exact bytes
    std::optional<std::string> pool;
    std::optional<std::string> to_user; // in To
    std::optional<std::string> via;     // sent-by of the topmost Via
    std::optional<std::string> source;  // address of the client
};

/// A datagram whose way is asked for.
struct ExplainQuery {
    std::string_view payload; // of UDP
    std::optional<std::string> service;
    std::optional<std::string> source; // address of the client
};

/// A capture file whose datagrams' way is asked for.
struct CaptureQuery {
    std::string_view file;              // pcap or pcapng, all of it
    std::optional<std::string> service; // datagrams to its port, as if all were sent to it
    std::size_t limit = 100;            // 1 to 1000 datagrams
};

struct Answer {
    unsigned status = 200;
    nlohmann::json body;
};
using AnswerOrProblem = std::variant<Answer, http::Problem>;

/// What a client of the API may do with calls.
class CallOperations {
public:
    virtual ~CallOperations() = default;
    virtual AnswerOrProblem list(const CallsQuery &query) = 0;
    virtual AnswerOrProblem show(const CallQuery &query) = 0;
    virtual AnswerOrProblem remove(const CallQuery &query) = 0;

    /// To the named server of its pool; without a name, to the one the scheduler says.
    virtual AnswerOrProblem rehome(const CallQuery &query,
                                   const std::optional<std::string> &server) = 0;

    virtual AnswerOrProblem rehome_server(const std::string &pool, const std::string &server) = 0;
    virtual AnswerOrProblem rehome_progress(const std::string &pool, const std::string &server) = 0;
    virtual AnswerOrProblem explain(const ExplainQuery &query) = 0;
    virtual AnswerOrProblem explain_capture(const CaptureQuery &query) = 0;
};

/// GET /v1/calls?pool=&server=&state=&older_than=&idle_longer_than=&limit=&after=
/// GET /v1/calls/{call-id}?pool=&to_user=&via=&source=
/// DELETE /v1/calls/{call-id}, likewise
/// POST /v1/calls/{call-id}/rehome, likewise, with nothing or {"server": "..."} in the body
/// POST /v1/pools/{pool}/servers/{server}/rehome, and GET of its progress
/// POST /v1/explain?service=&source=, with a datagram in the body;
/// POST /v1/explain?service=&limit=, with a capture in it, if Content-Type says so
///
/// `calls` must outlive the router.
void add_calls_routes(http::Router &router, CallOperations &calls);

} // namespace sipsteer::api

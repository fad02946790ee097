// SPDX-License-Identifier: Apache-2.0
//
// What the API's routes about calls answer.
#pragma once

#include "api/calls_routes.hpp"
#include "calls/sweeper.hpp"
#include "farm/plan/drains.hpp"
#include "farm/rehomes.hpp"
#include "farm/world.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::api {

/// What a listing says besides the calls.
struct Counted {
    const calls::SweepTotals &totals;  // of the last pass
    std::optional<double> seconds_ago; // it ended; nothing: none has yet
};

class CallRequests {
public:
    using Result = api::AnswerOrProblem;

    struct Sources {
        std::function<farm::World()> world; // of this moment
        std::function<Counted()> counted;
        std::function<bool(const ServerId &)> draining;
        farm::Rehomes &rehomes;
    };

    explicit CallRequests(Sources sources) : sources_(std::move(sources)) {}

    /// Valid as long as this is.
    api::CallsSources routes();

    Result list(const api::CallsQuery &query) const;
    Result show(const api::CallQuery &query) const;
    Result remove(const api::CallQuery &query) const;
    Result rehome(const api::CallQuery &query, const std::optional<std::string> &server) const;
    Result rehome_server(const std::string &pool, const std::string &server) const;
    Result rehome_progress(const std::string &pool, const std::string &server) const;
    Result explain(const api::ExplainQuery &query) const;
    Result explain_capture(const api::CaptureQuery &query) const;

private:
    Sources sources_;
};

} // namespace sipsteer::api

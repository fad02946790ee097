// SPDX-License-Identifier: Apache-2.0
//
// What the API's routes about calls answer.
#pragma once

#include "api/calls_routes.hpp"
#include "calls/sweeper.hpp"
#include "farm/plan/drains.hpp"
#include "farm/rehomes.hpp"
#include "farm/world.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sipsteer::api {

/// What a listing says besides the calls.
struct Counted {
    const calls::SweepTotals &totals;  // of the last pass
    std::optional<double> seconds_ago; // it ended; nothing: none has yet
};

/// Who knows the calls, where they may go, and what the last pass of the sweep has counted.
class CallSource : public farm::WorldSource {
public:
    virtual Counted counted() const = 0;
    virtual bool is_draining(const ServerId &server) const = 0;
};

class CallRequests final : public CallOperations {
public:
    using Result = AnswerOrProblem;

    /// Both must outlive this.
    CallRequests(const CallSource &source, farm::Rehomes &rehomes)
        : source_(source), rehomes_(rehomes) {}

    Result list(const CallsQuery &query) override;
    Result show(const CallQuery &query) override;
    Result remove(const CallQuery &query) override;
    Result rehome(const CallQuery &query, const std::optional<std::string> &server) override;
    Result rehome_server(const std::string &pool, const std::string &server) override;
    Result rehome_progress(const std::string &pool, const std::string &server) override;
    Result explain(const ExplainQuery &query) override;
    Result explain_capture(const CaptureQuery &query) override;

private:
    const CallSource &source_;
    farm::Rehomes &rehomes_;
};

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
//
// Operations on calls that answer with an empty object; tests replace those they ask for.
#pragma once

#include "api/calls_routes.hpp"

namespace sipsteer::api::test {

class FakeCalls : public CallOperations {
public:
    AnswerOrProblem list(const CallsQuery &query) override {
        return Answer{200, nlohmann::json{{"limit", query.limit}}};
    }
    AnswerOrProblem show(const CallQuery &) override { return nothing(); }
    AnswerOrProblem remove(const CallQuery &) override { return nothing(); }
    AnswerOrProblem rehome(const CallQuery &, const std::optional<std::string> &) override {
        return nothing();
    }
    AnswerOrProblem rehome_server(const std::string &, const std::string &) override {
        return nothing();
    }
    AnswerOrProblem rehome_progress(const std::string &, const std::string &) override {
        return nothing();
    }
    AnswerOrProblem explain(const ExplainQuery &) override { return nothing(); }
    AnswerOrProblem explain_capture(const CaptureQuery &) override { return nothing(); }

private:
    static AnswerOrProblem nothing() { return Answer{200, nlohmann::json::object()}; }
};

/// For routers that need some.
inline CallOperations &fake_calls() {
    static FakeCalls calls;
    return calls;
}

} // namespace sipsteer::api::test

// SPDX-License-Identifier: Apache-2.0
//
// What the API's routes about the guard answer.
#pragma once

#include "api/ban_routes.hpp"
#include "farm/guard.hpp"

#include <functional>
#include <nlohmann/json.hpp>

namespace sipsteer::api {

class GuardRequests final : public GuardOperations {
public:
    using Clock = std::function<farm::Guard::Time()>;

    /// `guard` must outlive this. `on_change`: a ban came or went; it is in force, and not saved.
    GuardRequests(farm::Guard &guard, Clock clock, std::function<void()> on_change)
        : guard_(guard), clock_(std::move(clock)), on_change_(std::move(on_change)) {}

    AnswerOrProblem ban(const BanWish &wish) override;
    AnswerOrProblem lift(const LiftWish &wish) override;
    AnswerOrProblem list_bans(const PageQuery &query) const override;
    AnswerOrProblem list_guard(const PageQuery &query) const override;

private:
    nlohmann::json ban_json(const plan::Ban &ban) const;

    farm::Guard &guard_;
    Clock clock_;
    std::function<void()> on_change_;
};

/// What the guard does with a datagram from `source` to a service: null if no list has the address,
/// else {"action": "deny", "prefix": "203.0.113.0/24", "list": "ban", "service": null}.
nlohmann::json guard_answer_json(const farm::Guard &guard, std::uint16_t service,
                                 const Address &source);

} // namespace sipsteer::api

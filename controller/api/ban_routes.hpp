// SPDX-License-Identifier: Apache-2.0
//
// The routes about the guard's lists and about bans.
#pragma once

#include "api/calls_routes.hpp"
#include "base/prefix.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace sipsteer::api {

/// What POST /v1/bans asks for.
struct BanWish {
    Prefix prefix;
    std::optional<std::chrono::milliseconds> time; // absent: until it is lifted
    std::string service;                           // empty: all
    std::string comment;
    std::string by;   // the client
    std::string from; // where it is
};

/// What DELETE /v1/bans/{prefix} asks for.
struct LiftWish {
    Prefix prefix;
    std::string service;
    std::string by;
    std::string from;
};

/// A page of a list.
struct PageQuery {
    std::size_t limit = 100;
    std::string after; // `next` of the page before; empty: the first
};

/// What a client of the API may do with the guard.
class GuardOperations {
public:
    virtual ~GuardOperations() = default;
    virtual AnswerOrProblem ban(const BanWish &wish) = 0;
    virtual AnswerOrProblem lift(const LiftWish &wish) = 0;
    virtual AnswerOrProblem list_bans(const PageQuery &query) const = 0;
    virtual AnswerOrProblem list_guard(const PageQuery &query) const = 0;
};

/// GET /v1/bans?limit=&after=
/// POST /v1/bans, with {"prefix", "for", "service", "comment"} in the body
/// DELETE /v1/bans/{prefix}?service=
/// GET /v1/guard?limit=&after=
///
/// `guard` must outlive the router.
void add_ban_routes(http::Router &router, GuardOperations &guard);

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/tap_query.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace sipsteer::api {

/// What GET /v1/trace asks for.
struct TraceQuery {
    TapQuery packets;
    std::optional<std::string> reason;
    std::uint32_t snap = kMostSnap;                    // bytes of each packet
    std::optional<std::uint64_t> count;                // packets, then it ends
    std::optional<std::chrono::milliseconds> duration; // likewise

    static constexpr std::uint32_t kLeastSnap = 64;
    static constexpr std::uint32_t kMostSnap = 0x4000; // SS_TAP_FRAME
};

/// Begins a trace.
using TraceSource =
    std::function<std::variant<std::shared_ptr<http::Stream>, http::Problem>(const TraceQuery &)>;

/// GET /v1/trace?call_id=&source=&server=&reason=&sample=&snap=&count=&duration=: the packets that
/// are steered from now on, as pcapng, until the client or the server ends it.
void add_trace_routes(http::Router &router, TraceSource source);

} // namespace sipsteer::api

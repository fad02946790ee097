// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/tap_query.hpp"
#include "calls/key.hpp"
#include "http/problem.hpp"
#include "kernel/rings/filter.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace sipsteer::api {

/// What names stand for in the data plane.
struct TapNames {
    std::function<std::optional<std::uint16_t>(const std::string &server)> server; // POOL/SERVER
    std::function<calls::Secret()> secret;                                         // of the hash
};

/// What a client wants to see, as the data plane knows it; or what is wrong with that.
std::variant<rings::Filter, http::Problem> read_filter(const api::TapQuery &query,
                                                       const TapNames &names);

/// The number of a reason, by its label.
std::optional<std::uint8_t> reason_of(const std::string &label);

} // namespace sipsteer::api

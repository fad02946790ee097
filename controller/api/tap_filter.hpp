// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/tap_query.hpp"
#include "calls/naming/key.hpp"
#include "farm/farm.hpp"
#include "http/problem.hpp"
#include "kernel/rings/filter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace sipsteer::api {

/// What a client wants to see, as the data plane knows it; or what is wrong with that.
/// `secret`: of the hash.
std::variant<rings::Filter, http::Problem>
read_filter(const api::TapQuery &query, const farm::Farm &farm, const calls::Secret &secret);

/// The number of a reason, by its label.
std::optional<std::uint8_t> reason_of(const std::string &label);

} // namespace sipsteer::api

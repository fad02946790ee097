// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sipsteer::cli {

/// A value of the API's documents for a person, safe for a terminal; "-": null.
std::string text_of(const nlohmann::json &value);

/// A field of an object likewise; "-": it is not there, or null.
std::string text_of(const nlohmann::json &object, const char *name);

/// A field of an object that is a list; empty: it is not there, or no list.
const nlohmann::json &list_of(const nlohmann::json &object, const char *name);

} // namespace sipsteer::cli

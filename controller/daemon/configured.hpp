// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "config/parse.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace sipsteer::daemon {

/// A configuration in both forms. Of a large farm the JSON takes tens of milliseconds to make.
struct Configured {
    explicit Configured(config::Config configured)
        : config(std::move(configured)), document(config::to_json(config)) {}

    config::Config config;
    nlohmann::json document;
};

} // namespace sipsteer::daemon

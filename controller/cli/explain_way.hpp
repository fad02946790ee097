// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/client.hpp"
#include "cli/host_commands.hpp"
#include "cli/secret_file.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace sipsteer::cli {

/// A datagram that was sent to a service; empty: by a client that is not known, to the only one.
struct Sent {
    std::string_view payload;
    std::string source;
    std::string service;
};

/// Adds to the description of a datagram (offline.hpp) the daemon's answer as "way", unless it is
/// not to be asked. Gives the exit code; says what went wrong.
int add_way(const Context &context, const ExplainOptions &options, nlohmann::json &description,
            const Sent &sent);

/// Under which the keys are that the daemon does not say.
Result<KnownSecret> secret_of(const ExplainOptions &options);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_source.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/saved_config.hpp"
#include "farm/plan/ring_moves.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// Decides which configuration is in force: the operator's file, or what the API has made of it.
class ConfigControl {
public:
    /// What could not be done though the configuration is in force: a VIP not put on an interface.
    using Warnings = std::vector<std::string>;

    /// What the daemon does for it.
    struct Hooks {
        std::function<const config::Config &()> in_force;

        /// Puts another one in force; on failure the old one is kept. `from` is for the log.
        std::function<Result<Warnings>(const config::Config &next, const std::string &from)> adopt;

        /// Gives the call table the size that is configured. There is no way back from it while
        /// calls run, so it comes last: when all else is in force, and saved.
        std::function<Warnings()> resize;

        /// How calls would move. Fails if it cannot be put in force.
        std::function<Result<std::vector<plan::RingMove>>(const config::Config &next)> preview;
    };

    /// `file` is the operator's file, `hash` that of the version which was read last.
    ConfigControl(std::string file, std::string hash, const std::string &state_dir, Hooks hooks);

    /// What to start with: the operator's file, `of_file`, or what was saved on top of it. Only
    /// while state_dir is locked.
    config::Config at_start(config::Config of_file);

    /// Reads the operator's file again and puts it in force; false if it was refused.
    bool reload();

    /// The configuration for the API. This must outlive it.
    api::ConfigSource source();

private:
    using Answer = std::variant<nlohmann::json, http::Problem>;

    Answer change(const nlohmann::json &next, api::ChangeMode mode);
    Result<nlohmann::json> report(const config::Config &next) const;
    std::variant<Warnings, http::Problem> put_in_force(const config::Config &next);
    Answer save_to_file();

    std::string file_;
    std::string hash_;
    SavedConfig saved_;
    Hooks hooks_;
};

} // namespace sipsteer::daemon

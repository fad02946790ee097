// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_source.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/saved_config.hpp"
#include "farm/plan/ring_moves.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// What could not be done though a configuration is in force: a VIP not put on an interface.
using Warnings = std::vector<std::string>;

/// Who works by the configuration.
class ConfigUser {
public:
    virtual ~ConfigUser() = default;

    virtual const config::Config &in_force() const = 0;

    /// Puts another one in force; on failure the old one is kept. `from` is for the log.
    virtual Result<Warnings> adopt(const config::Config &next, const std::string &from) = 0;

    /// Gives the call table the size that is configured. There is no way back from it while calls
    /// run, so it comes last: when all else is in force, and saved.
    virtual Warnings resize() = 0;

    /// How calls would move. Fails if it cannot be put in force.
    virtual Result<std::vector<plan::RingMove>> preview(const config::Config &next) = 0;
};

/// What to start with: the operator's file, or what was saved on top of it. Only while state_dir is
/// locked.
config::Config config_at_start(const std::string &path, const OperatorFile &file,
                               const std::string &state_dir);

/// Decides which configuration is in force: the operator's file, or what the API has made of it.
class ConfigControl final : public api::ConfigSource {
public:
    using Answer = std::variant<nlohmann::json, http::Problem>;

    /// `path` is that of the operator's file, `hash` that of the version which was read last.
    /// `user` must outlive this.
    ConfigControl(std::string path, std::string hash, const std::string &state_dir,
                  ConfigUser &user);

    /// Reads the operator's file again and puts it in force; false if it was refused.
    bool reload();

    /// Whether the last reload() put the file in force; true before the first.
    bool last_reload_successful() const { return reloaded_; }

    const nlohmann::json &current() const override;
    Answer change(const nlohmann::json &next, api::ChangeMode mode) override;
    Answer save_to_file() override;

private:
    bool read_again();
    Result<nlohmann::json> report(const config::Config &next) const;
    std::variant<Warnings, http::Problem> put_in_force(const config::Config &next);

    std::string file_;
    std::string hash_;
    SavedConfig saved_;
    ConfigUser &user_;
    mutable std::optional<nlohmann::json> current_; // what is in force; made when it is asked for
    bool reloaded_ = true;
};

} // namespace sipsteer::daemon

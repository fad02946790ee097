// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_draft.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace sipsteer::daemon {

/// The configuration that the API has put in force, in state_dir. It holds for as long as the
/// operator's file is what it was when the change was made, which is known by its hash; once that
/// is edited, or read by SIGHUP, it wins, and this is kept beside as config.json.old.
class SavedConfig {
public:
    explicit SavedConfig(const std::string &state_dir) : file_(state_dir + "/config.json") {}

    const std::string &file() const { return file_; }

    /// What to start with instead of the operator's file that has this hash; nothing: that one. If
    /// something else was saved it is set aside, and the log says so.
    std::optional<config::Config> load(const std::string &hash);

    /// To be committed once it is in force. `config` is the whole configuration as JSON.
    Result<FileDraft> draft(const nlohmann::json &config, const std::string &hash) const;

    /// The operator's file is in force. The log says if that sets changes of the API aside.
    void set_aside(const std::string &why);

    /// The operator's file has all of it.
    void remove();

private:
    std::string file_;
};

} // namespace sipsteer::daemon

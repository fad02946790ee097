// SPDX-License-Identifier: Apache-2.0
#include "daemon/saved_config.hpp"

#include "base/log.hpp"
#include "config/parse.hpp"

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace sipsteer::daemon {

using nlohmann::json;

namespace {

constexpr mode_t kMode = 0600;

} // namespace

std::optional<config::Config> SavedConfig::load(const std::string &hash) {
    std::error_code failed;
    if (!std::filesystem::exists(file_, failed)) {
        return std::nullopt;
    }
    const auto text = config::read_file(file_);
    const json saved = text ? json::parse(*text, nullptr, false) : json();
    if (!saved.is_object() || !saved.contains("of_file") || !saved.contains("config")) {
        set_aside("cannot read the saved configuration");
        return std::nullopt;
    }
    if (saved["of_file"] != hash) {
        set_aside("somebody edited it after the API's changes");
        return std::nullopt;
    }
    const auto parsed = config::parse(saved["config"]);
    if (!parsed) {
        set_aside("the saved configuration is no longer valid: " +
                  parsed.errors().front().to_string());
        return std::nullopt;
    }
    return *parsed;
}

/// Written around the configuration: to copy it takes as long as to write it.
Result<FileDraft> SavedConfig::draft(const json &config, const std::string &hash) const {
    const std::string text =
        "{\"of_file\": " + json(hash).dump() + ",\n\"config\": " + config.dump(2) + "}\n";
    return FileDraft::write(file_, text, kMode);
}

void SavedConfig::set_aside(const std::string &why) {
    const std::string old = file_ + ".old";
    if (std::rename(file_.c_str(), old.c_str()) == 0) {
        log::warn("config_file_wins", {{"why", why}, {"api_changes_kept_in", old}});
        (void)sync_folder_of(file_);
    } else if (errno != ENOENT) {
        log::error("saved_config_not_set_aside",
                   {{"problem", system_error("cannot rename " + file_).message}});
    }
}

void SavedConfig::remove() {
    if (::unlink(file_.c_str()) != 0 && errno != ENOENT) {
        log::error("saved_config_not_removed",
                   {{"problem", system_error("cannot remove " + file_).message}});
    }
}

} // namespace sipsteer::daemon

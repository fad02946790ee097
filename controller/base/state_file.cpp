// SPDX-License-Identifier: Apache-2.0
#include "base/state_file.hpp"

#include "base/file_draft.hpp"
#include "base/log.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace sipsteer {

namespace {

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

constexpr mode_t kMode = 0644;

std::set<std::string> &unsaved() {
    static std::set<std::string> files;
    return files;
}

Status write_or_remove(const std::string &file, nlohmann::json &state) {
    if (state.is_null()) {
        std::error_code failed;
        std::filesystem::remove(file, failed);
        return failed ? Status(Error{"cannot remove " + file + ": " + failed.message()}) : Done{};
    }
    state["boot_id"] = boot_id();
    auto draft = FileDraft::write(file, state.dump(2) + '\n', kMode);
    return draft ? draft->commit() : Status(draft.error());
}

} // namespace

nlohmann::json load_lasting_state(const std::string &file) {
    std::ifstream stream(file);
    if (!stream) {
        return {};
    }
    auto state = nlohmann::json::parse(stream, nullptr, false);
    if (!state.is_object() || !state.contains("boot_id") || !state["boot_id"].is_string()) {
        set_state_aside(file, state.is_discarded() ? "it is not JSON" : "it names no boot");
        return {};
    }
    return state;
}

nlohmann::json load_state(const std::string &file) {
    auto state = load_lasting_state(file);
    return !state.is_null() && state["boot_id"] == boot_id() ? std::move(state) : nlohmann::json();
}

void set_state_aside(const std::string &file, const std::string &problem) {
    const auto kept = file + ".damaged";
    const bool renamed = std::rename(file.c_str(), kept.c_str()) == 0;
    log::warn("state_file_damaged",
              {{"file", file}, {"problem", problem}, {"kept_as", renamed ? kept : std::string()}});
}

Status save_state(const std::string &file, nlohmann::json state) {
    auto done = write_or_remove(file, state);
    if (done) {
        unsaved().erase(file);
    } else {
        unsaved().insert(file);
    }
    return done;
}

const std::set<std::string> &unsaved_state_files() {
    return unsaved();
}

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_history.hpp"

#include "base/file_draft.hpp"
#include "base/utc_time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sipsteer::daemon {

using nlohmann::json;

namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

/// "17.json"; nothing for another file.
std::optional<std::uint64_t> id_of(const std::filesystem::path &path) {
    const auto stem = path.stem().string();
    std::uint64_t id = 0;
    const char *end = stem.data() + stem.size();
    const auto parsed = std::from_chars(stem.data(), end, id);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == end && id != 0;
    return whole && path.extension() == ".json" ? std::optional(id) : std::nullopt;
}

/// From a file's first line.
std::optional<api::PastConfig> entry_of(std::uint64_t id, const std::string &line) {
    const json head = json::parse(line, nullptr, false);
    const auto text = [&head](const char *name) {
        const auto found = head.find(name);
        return found != head.end() && found->is_string() ? found->get<std::string>() : "";
    };
    if (!head.is_object()) {
        return std::nullopt;
    }
    return api::PastConfig{
        id, text("time"), {text("who"), text("from"), text("request")}, text("change")};
}

json head_of(const api::PastConfig &entry) {
    return {{"time", entry.time},
            {"who", entry.author.who},
            {"from", entry.author.from},
            {"request", entry.author.request},
            {"change", entry.change}};
}

} // namespace

ConfigHistory::ConfigHistory(const std::string &state_dir) : folder_(state_dir + "/history") {
    find();
}

std::string ConfigHistory::file_of(std::uint64_t id) const {
    return folder_ + '/' + std::to_string(id) + ".json";
}

void ConfigHistory::find() {
    std::error_code failed;
    for (const auto &file : std::filesystem::directory_iterator(folder_, failed)) {
        const auto id = id_of(file.path());
        std::ifstream stream(file.path());
        std::string line;
        if (!id || !std::getline(stream, line)) {
            continue;
        }
        if (auto entry = entry_of(*id, line)) {
            entries_.push_back(std::move(*entry));
        }
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const auto &a, const auto &b) { return a.id < b.id; });
}

api::PastConfig ConfigHistory::next(api::Author author, std::string change) const {
    const std::uint64_t id = entries_.empty() ? 1 : entries_.back().id + 1;
    return {id, utc_text(std::chrono::system_clock::now()), std::move(author), std::move(change)};
}

Status ConfigHistory::write(const api::PastConfig &entry, const json &config) const {
    if (::mkdir(folder_.c_str(), kFolderMode) != 0 && errno != EEXIST) {
        return system_error(folder_);
    }
    constexpr auto kReplace = json::error_handler_t::replace;
    const std::string text =
        head_of(entry).dump(-1, ' ', false, kReplace) + '\n' + config.dump(2) + '\n';
    auto draft = FileDraft::write(file_of(entry.id), text, kFileMode);
    return draft ? draft->commit() : Status(draft.error());
}

void ConfigHistory::add(api::PastConfig entry) {
    entries_.push_back(std::move(entry));
    while (entries_.size() > kMost) {
        (void)::unlink(file_of(entries_.front().id).c_str()); // one that is gone is gone
        entries_.pop_front();
    }
}

std::optional<json> ConfigHistory::read(std::uint64_t id) const {
    std::ifstream stream(file_of(id));
    std::string line;
    if (!std::getline(stream, line)) {
        return std::nullopt;
    }
    json config = json::parse(stream, nullptr, false);
    return config.is_object() ? std::optional(std::move(config)) : std::nullopt;
}

} // namespace sipsteer::daemon

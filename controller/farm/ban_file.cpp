// SPDX-License-Identifier: Apache-2.0
#include "farm/ban_file.hpp"

#include "base/log.hpp"
#include "base/state_file.hpp"

namespace sipsteer::farm {

using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kLastMilliseconds = 253'402'300'799'000; // the end of the year 9999

std::int64_t milliseconds_of(plan::Ban::Time time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

bool has_text(const json &entry, const char *name) {
    return entry.contains(name) && entry[name].is_string();
}

bool has_time(const json &entry, const char *name) {
    return entry.contains(name) && entry[name].is_number_integer() &&
           entry[name].get<std::int64_t>() >= 0 &&
           entry[name].get<std::int64_t>() <= kLastMilliseconds;
}

plan::Ban::Time read_time(const json &entry, const char *name) {
    return plan::Ban::Time(milliseconds(entry[name].get<std::int64_t>()));
}

/// An entry as save() writes it; nothing for anything else.
std::optional<plan::Ban> read_ban(const json &entry) {
    if (!entry.is_object() || !has_text(entry, "prefix") || !has_text(entry, "service") ||
        !has_text(entry, "by") || !has_text(entry, "comment") || !has_time(entry, "since_ms") ||
        (entry.contains("until_ms") && !has_time(entry, "until_ms"))) {
        return std::nullopt;
    }
    const auto prefix = Prefix::parse(entry["prefix"]);
    if (!prefix || *prefix != prefix->masked()) {
        return std::nullopt;
    }
    plan::Ban ban{*prefix,      entry["service"], read_time(entry, "since_ms"),
                  std::nullopt, entry["by"],      entry["comment"]};
    if (entry.contains("until_ms")) {
        ban.until = read_time(entry, "until_ms");
    }
    return ban;
}

json ban_entry(const plan::Ban &ban) {
    json entry = {{"prefix", ban.prefix.to_string()},
                  {"service", ban.service},
                  {"since_ms", milliseconds_of(ban.since)},
                  {"by", ban.by},
                  {"comment", ban.comment}};
    if (ban.until) {
        entry["until_ms"] = milliseconds_of(*ban.until);
    }
    return entry;
}

} // namespace

plan::Bans BanFile::load() const {
    plan::Bans bans;
    const json state = load_lasting_state(file_);
    if (!state.is_object()) {
        return bans;
    }
    const auto entries = state.find("bans");
    bool damaged = entries == state.end() || !entries->is_array();
    for (const json &entry : damaged ? json() : *entries) {
        if (auto ban = read_ban(entry)) {
            bans.put(std::move(*ban));
        } else {
            damaged = true;
        }
    }
    if (damaged) {
        set_state_aside(file_, "it has entries that are no bans");
        save(bans);
    }
    return bans;
}

void BanFile::save(const plan::Bans &bans) const {
    json entries = json::array();
    for (const auto &[key, ban] : bans.all()) {
        entries.push_back(ban_entry(ban));
    }
    json state;
    if (!entries.empty()) {
        state["bans"] = std::move(entries);
    }
    const bool known = is_unsaved();
    if (auto done = save_state(file_, std::move(state)); !done && !known) {
        log::error("bans_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
}

bool BanFile::is_unsaved() const {
    return unsaved_state_files().contains(file_);
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#include "farm/drain_file.hpp"

#include "base/log.hpp"
#include "base/state_file.hpp"

namespace sipsteer::farm {

using nlohmann::json;
using Times = std::map<ServerId, plan::Drain::Time>;
using std::chrono::milliseconds;

namespace {

/// An entry as save() writes it; false for anything else.
bool is_entry(const json &entry) {
    return entry.is_object() && entry.contains("pool") && entry["pool"].is_string() &&
           entry.contains("server") && entry["server"].is_string() && entry.contains("began_ms") &&
           entry["began_ms"].is_number_integer();
}

} // namespace

Times DrainFile::load() const {
    Times began;
    const json state = load_state(file_);
    if (!state.is_object() || !state.contains("drains") || !state["drains"].is_array()) {
        return began;
    }
    for (const json &entry : state["drains"]) {
        if (is_entry(entry)) {
            // The steady clock is CLOCK_MONOTONIC: one for all of a boot.
            began[{entry["pool"], entry["server"]}] =
                plan::Drain::Time(milliseconds(entry["began_ms"].get<std::int64_t>()));
        }
    }
    return began;
}

void DrainFile::save(const Times &began) const {
    json drains = json::array();
    for (const auto &[id, time] : began) {
        const auto since_boot = std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
        drains.push_back(
            {{"pool", id.pool}, {"server", id.server}, {"began_ms", since_boot.count()}});
    }
    json state;
    if (!drains.empty()) {
        state["drains"] = std::move(drains);
    }
    if (auto done = save_state(file_, std::move(state)); !done) {
        log::warn("drains_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
}

} // namespace sipsteer::farm

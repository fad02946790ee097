// SPDX-License-Identifier: Apache-2.0
#include "farm/drain_file.hpp"

#include "base/kernel_clock.hpp"
#include "base/log.hpp"
#include "base/state_file.hpp"

namespace sipsteer::farm {

using nlohmann::json;
using Times = std::map<ServerId, plan::Drain::Time>;
using std::chrono::milliseconds;

namespace {

/// A time beyond it is none: no host is up for a century.
constexpr std::int64_t kMostMilliseconds = std::int64_t{100} * 366 * 86'400'000;

/// The file has times of the kernel's clock, one for all of a boot. The steady clock may be ahead.
std::chrono::nanoseconds own_offset() {
    return std::chrono::nanoseconds(time_namespace_offset());
}

/// An entry as save() writes it; false for anything else.
bool is_entry(const json &entry) {
    if (!entry.is_object() || !entry.contains("pool") || !entry["pool"].is_string() ||
        !entry.contains("server") || !entry["server"].is_string() || !entry.contains("began_ms") ||
        !entry["began_ms"].is_number_integer()) {
        return false;
    }
    const auto began = entry["began_ms"].get<std::int64_t>();
    return began >= 0 && began <= kMostMilliseconds;
}

} // namespace

Times DrainFile::load() const {
    Times began;
    const json state = load_state(file_);
    if (!state.is_object()) {
        return began;
    }
    const auto drains = state.find("drains");
    bool damaged = drains == state.end() || !drains->is_array();
    for (const json &entry : damaged ? json() : *drains) {
        if (!is_entry(entry)) {
            damaged = true;
        } else {
            began[{entry["pool"], entry["server"]}] = plan::Drain::Time(
                milliseconds(entry["began_ms"].get<std::int64_t>()) + own_offset());
        }
    }
    if (damaged) {
        set_state_aside(file_, "it has entries that are no drains");
        save(began);
    }
    return began;
}

void DrainFile::save(const Times &began) const {
    json drains = json::array();
    for (const auto &[id, time] : began) {
        const auto since_boot =
            std::chrono::duration_cast<milliseconds>(time.time_since_epoch() - own_offset());
        drains.push_back(
            {{"pool", id.pool}, {"server", id.server}, {"began_ms", since_boot.count()}});
    }
    json state;
    if (!drains.empty()) {
        state["drains"] = std::move(drains);
    }
    const bool known = is_unsaved();
    if (auto done = save_state(file_, std::move(state)); !done && !known) {
        log::error("drains_not_saved", {{"file", file_}, {"problem", done.error().message}});
    }
}

bool DrainFile::is_unsaved() const {
    return unsaved_state_files().contains(file_);
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_source.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace sipsteer::daemon {

/// The last configurations that were in force, in state_dir/history: a file for each, its first
/// line says who made it, the rest is the configuration. They outlive restarts and reboots.
class ConfigHistory {
public:
    static constexpr std::size_t kMost = 32;

    /// Finds what was there before; a file that cannot be read is left where it is.
    explicit ConfigHistory(const std::string &state_dir);

    /// The oldest first. Of the event loop's thread, as add().
    const std::deque<api::PastConfig> &entries() const { return entries_; }

    /// An entry with the next number and the time that it is.
    api::PastConfig next(api::Author author, std::string change) const;

    /// To the disk. Any thread.
    Status write(const api::PastConfig &entry, const nlohmann::json &config) const;

    /// Lists what was written, and removes the oldest beyond kMost.
    void add(api::PastConfig entry);

    /// The configuration of an entry; nothing if it is gone. Any thread.
    std::optional<nlohmann::json> read(std::uint64_t id) const;

private:
    std::string file_of(std::uint64_t id) const;
    void find();

    std::string folder_;
    std::deque<api::PastConfig> entries_;
};

} // namespace sipsteer::daemon

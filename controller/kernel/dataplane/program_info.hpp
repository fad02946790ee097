// SPDX-License-Identifier: Apache-2.0
//
// Telling our programs from others': ours use a call table that is pinned below our pin directory.
#pragma once

#include "base/result.hpp"
#include "kernel/dataplane/holder.hpp"

#include <sipsteer/settings.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::dataplane {

Result<std::uint32_t> program_id(int program_fd);

/// "name, id 7".
std::string program_label(int program_fd);

/// Whether a program uses any of the maps (by their kernel ids).
bool uses_any_map(int program_fd, const std::vector<std::uint32_t> &map_ids);

/// A map that a program uses, by what the kernel knows of it.
struct UsedMap {
    std::uint32_t id = 0;
    std::string name; // at most 15 bytes of it
};

std::vector<UsedMap> used_maps(int program_fd);

/// Whether a program has our program's name and maps of our maps' names, whichever maps these are:
/// an older one of ours whose pins are lost, or another daemon's.
bool looks_like_ours(int program_fd);

/// The process that has the call table of a program open: the daemon that runs it.
std::optional<Holder> daemon_of(int program_fd);

/// Whether a program looks like ours and no daemon runs it.
bool is_orphan(int program_fd);

/// Kernel ids of the call tables pinned below a pin directory, of every layout.
std::vector<std::uint32_t> pinned_call_tables(const std::string &pin_dir);

/// A program's constants; nothing if they are laid out otherwise than this version's.
std::optional<ss_settings> settings_of(int program_fd);

/// The hash's secret in the constants of a program of this layout that is pinned below a pin
/// directory; nothing if there is none, or it cannot be read.
std::optional<std::array<std::uint64_t, 2>> secret_of_pinned_program(const std::string &pin_dir);

} // namespace sipsteer::dataplane

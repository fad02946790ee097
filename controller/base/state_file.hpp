// SPDX-License-Identifier: Apache-2.0
//
// Files in state_dir. Most are about what a reboot ends: addresses put on interfaces, times of the
// monotonic clock. What such a file says is of the boot that it names.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace sipsteer {

/// The object that was saved since the last boot; null if there is none. A file that is damaged is
/// set aside.
nlohmann::json load_state(const std::string &file);

/// The same of a file that a reboot does not end: whatever boot it names.
nlohmann::json load_lasting_state(const std::string &file);

/// Renames a damaged file to FILE.damaged and logs it, so that somebody can look at it. `problem`
/// says what is wrong with it.
void set_state_aside(const std::string &file, const std::string &problem);

/// Replaces the file at once, never half; takes it away if `state` is null. `state` is an object
/// without a field "boot_id". If it fails, the file is as it was.
Status save_state(const std::string &file, nlohmann::json state);

/// The files of this process whose last save failed.
const std::set<std::string> &unsaved_state_files();

} // namespace sipsteer

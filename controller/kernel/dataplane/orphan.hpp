// SPDX-License-Identifier: Apache-2.0
//
// A program of ours that steers on while its maps are pinned nowhere that we know: a clean-up has
// removed the pins, the bpffs was unmounted or mounted over, pin_dir was changed. Its maps, and so
// the calls, are there as long as it is.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"

#include <vector>

namespace sipsteer::dataplane {

/// Keeps maps that the program itself does not use, those with the names behind the indexes, for as
/// long as the program is loaded. Needs the program's and the maps' descriptors.
Status bind_maps(int program_fd, const std::vector<int> &maps);

/// If no call table is pinned below pin_dir, and an orphan of this version is on one of the
/// interfaces, pins its maps there: it is then taken over like any older program, with all calls.
/// Says so in the log, also of an orphan of another version: attach() replaces that, its calls end.
/// Fails if the maps cannot be pinned; then none is.
Status adopt_orphan(const std::vector<config::Interface> &interfaces, const std::string &pin_dir);

} // namespace sipsteer::dataplane

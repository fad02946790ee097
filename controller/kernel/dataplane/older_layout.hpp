// SPDX-License-Identifier: Apache-2.0
//
// An upgrade that changed the layout of the maps (sipsteer/layout.h): what is taken over from the
// maps of an older one, so that running calls stay with their servers. Counters begin anew.
#pragma once

#include "base/result.hpp"

#include <string>

struct sipsteer_bpf;

namespace sipsteer::dataplane {

/// Pins the call table of the newest older layout whose calls can be read as the table before
/// (call_table.hpp). False if there is none.
bool pin_older_table(const std::string &pin_dir, const std::string &directory);

/// Copies names and servers, by which calls are understood, from that layout's maps, and removes
/// its pins. The programs that run over them are known by their call table still.
Status copy_older_maps(const std::string &pin_dir, const sipsteer_bpf &maps);

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
//
// The program on one interface. Each interface has a program of its own, over the same maps: with
// libxdp's dispatcher a program belongs to one interface's dispatcher.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/maps.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sipsteer::dataplane {

/// The configuration's word for it.
const char *mode_word(bool native);

/// What is in force on an interface.
struct Attachment {
    std::string interface;
    std::uint32_t ifindex = 0;
    bool native = false;     // false: generic
    bool dispatcher = false; // shares the interface through libxdp's dispatcher
    std::uint32_t program_id = 0;
    bool replaced = false;      // an older program of ours went out for it
    std::string native_problem; // in mode auto: why it is generic
};

/// Attaches a new program, or swaps it atomically for the one of ours that is attached; a change of
/// mode alone cannot be atomic. Refuses an interface with another's program that cannot share it.
/// The program is pinned beside the maps. After an error an older program of ours is in force
/// still.
Result<Attachment> attach(const config::Interface &interface, const MapOptions &options,
                          const Maps &maps);

/// Whether the kernel still runs that program on that interface; the error names the interface and
/// says what it is instead.
Status check_attached(const Attachment &attachment);

/// Takes our program off an interface. False if none of ours is there; another's stays.
Result<bool> detach(const std::string &interface, const std::string &pin_dir);

/// Takes our programs off all interfaces but those named `keep`; goes on after one that fails.
Status detach_except(const std::vector<std::string> &keep, const std::string &pin_dir);

/// libxdp's and libbpf's own messages go to our log, at level debug.
void redirect_library_messages();

} // namespace sipsteer::dataplane

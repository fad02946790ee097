// SPDX-License-Identifier: Apache-2.0
//
// The program on one interface. Each interface has a program of its own, over the same maps: with
// libxdp's dispatcher a program belongs to one interface's dispatcher.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/maps.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>

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
    std::uint32_t on_link = 0; // the id that the interface shows: the program's or dispatcher's
    TableSizes tables;         // that the program looks into
    std::shared_ptr<const Fd> program; // keeps it loaded, for attach_again()
    bool replaced = false;             // an older program of ours went out for it
    std::string native_problem;        // in mode auto: why it is generic
};

/// How a program of ours is known: by the call table it uses, which is pinned below pin_dir. An
/// orphan, whose pins are lost and which no daemon runs, looks like ours, too (orphan.hpp).
enum class Ours { ByTable, OrOrphan };

/// Attaches a new program to the interface with that index, whatever its name is now, or swaps it
/// atomically for the one of ours that is attached, or an orphan; a change of mode alone cannot be
/// atomic. Refuses an interface with another's program that cannot share it. The program is pinned
/// beside the maps. After an error an older program of ours is in force still.
Result<Attachment> attach(const config::Interface &interface, std::uint32_t ifindex,
                          const MapOptions &options, const Maps &maps);

/// Puts the same program there again, which takes no time, as on an interface that was made again.
/// Fails if it ran in a dispatcher, or if there is another program by now.
Result<Attachment> attach_again(const Attachment &known, std::uint32_t ifindex);

/// Whether the program still runs on its interface, in whatever dispatcher; if so, on_link and
/// dispatcher are as they are now.
bool follow(Attachment &attachment);

/// Takes our programs off an interface. False if none of ours is there; another's stays.
Result<bool> detach(const std::string &interface, std::uint32_t ifindex, const std::string &pin_dir,
                    Ours ours = Ours::ByTable);

/// Takes our programs, known by their tables, off all interfaces but those with an index in `keep`;
/// goes on after one that fails. How many there were.
Result<unsigned> detach_except(const std::set<std::uint32_t> &keep, const std::string &pin_dir);

/// libxdp's and libbpf's own messages go to our log, at level debug.
void redirect_library_messages();

} // namespace sipsteer::dataplane

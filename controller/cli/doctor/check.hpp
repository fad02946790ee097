// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"
#include "cli/doctor/finding.hpp"

#include <span>
#include <string>
#include <vector>

namespace sipsteer::doctor {

/// What a check goes by, beside the daemon's answers and the configuration, which are always read.
/// Facts that no check asks for are not gathered: some cost frames on the segment.
enum Needs : unsigned {
    kNothing = 0,
    kDaemon = 1U << 0U,   // it must answer
    kConfig = 1U << 1U,   // there must be one
    kHost = 1U << 2U,     // the kernel, its limits, its clock
    kLinks = 1U << 3U,    // interfaces and their drivers
    kPrograms = 1U << 4U, // XDP programs that are attached
    kRoutes = 1U << 5U,   // addresses and ways to the servers
    kSegment = 1U << 6U,  // answers to ARP and neighbour solicitations
    kVips = 1U << 7U,     // answers to OPTIONS by the DSR path
};

/// One thing that can be wrong.
struct Check {
    const char *id;
    const char *title;
    const char *looks_at;
    unsigned needs; // Needs, or-ed
    void (*judge)(const Facts &facts, Findings &findings);
};

/// All of them, in the order in which they are shown: what others follow from comes first.
std::span<const Check> all_checks();

const Check *find_check(const std::string &id);

/// What the checks need, all together.
unsigned needs_of(const std::vector<const Check *> &checks);

/// A check and what it found.
struct Report {
    const Check *check = nullptr;
    Findings findings;
};

/// Judges; without what the check needs it is skipped, with the reason.
Report examine(const Check &check, const Facts &facts);

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
//
// Whether this kernel takes the program: a load that attaches and pins nothing.
#pragma once

#include "base/result.hpp"
#include "kernel/dataplane/maps.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::dataplane {

/// What the kernel says of the program that it took.
struct TakenProgram {
    std::string tag;                         // 16 hexadecimal digits, as of the attached program
    std::uint32_t verified_instructions = 0; // that the verifier followed, on all paths
};

struct ProgramCheck {
    Result<TakenProgram> program;           // or why it cannot be loaded
    std::vector<std::string> verifier_said; // its last lines, if it refused the program
    std::string remedy;                     // empty if it was loaded
};

/// Loads the program over maps of its own and lets both go again. The call table has the least
/// size; the bounds of fragments are those of the options. A daemon that runs notices nothing.
ProgramCheck check_program(const MapOptions &options);

/// The last `most` lines of a text that are not empty, in their order.
std::vector<std::string> last_lines(std::string_view text, std::size_t most);

} // namespace sipsteer::dataplane

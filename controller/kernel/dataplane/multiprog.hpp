// SPDX-License-Identifier: Apache-2.0
//
// libxdp's view of an interface: one program alone, which it calls "legacy", or several that share
// the interface through its dispatcher.
#pragma once

#include "base/result.hpp"

#include <xdp/libxdp.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace sipsteer::dataplane {

struct MultiprogDeleter {
    void operator()(xdp_multiprog *programs) const { xdp_multiprog__close(programs); }
};
using Multiprog = std::unique_ptr<xdp_multiprog, MultiprogDeleter>;

/// What is attached to an interface; null if nothing is.
Result<Multiprog> attached_to(std::uint32_t ifindex);

/// The one program that is alone, or those in the dispatcher, in their order. They belong to
/// `programs`.
std::vector<xdp_program *> programs_of(const xdp_multiprog *programs);

} // namespace sipsteer::dataplane

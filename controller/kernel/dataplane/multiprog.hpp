// SPDX-License-Identifier: Apache-2.0
//
// libxdp's view of an interface: one program alone, which it calls "legacy", or several that share
// the interface through its dispatcher.
#pragma once

#include "base/result.hpp"

#include <xdp/libxdp.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace sipsteer::dataplane {

struct MultiprogDeleter {
    void operator()(xdp_multiprog *programs) const { xdp_multiprog__close(programs); }
};
using Multiprog = std::unique_ptr<xdp_multiprog, MultiprogDeleter>;

/// What is attached to an interface; null if nothing is.
Result<Multiprog> attached_to(std::uint32_t ifindex);

/// Our program in a dispatcher; nullptr if it is not there. `is_ours` is asked of each, by its
/// descriptor.
xdp_program *find_ours(const xdp_multiprog *programs, const std::function<bool(int)> &is_ours);

} // namespace sipsteer::dataplane

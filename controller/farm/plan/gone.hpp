// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/indexes.hpp"
#include "farm/plan/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sipsteer::plan {

/// Servers that are not planned any more, but keep their index until no call names it.
class Gone {
public:
    /// A pass of the sweep has ended; `has_calls` tells whether it found a call of any kind that
    /// names an index. Returns the servers whose indexes nobody names any more: gone for the whole
    /// of a pass that found none. A pass that ends first may have begun while the server still
    /// took calls, so it proves nothing.
    std::vector<std::string> note_pass(const IndexSpace &servers, const Plan &plan,
                                       std::uint64_t pass,
                                       const std::function<bool(std::uint16_t)> &has_calls);

private:
    std::map<std::string, std::uint64_t> gone_; // the pass that each was first seen gone at
};

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one header of Catch2 2, where there is Catch2 3: the tests use the names of version 2.
#include <catch2/catch_all.hpp>

using Catch::Approx;

namespace Catch {

using Matchers::EndsWith;
using Matchers::StartsWith;

/// Matches a text that has `part` in it. Version 3 has another matcher of this name, for ranges.
inline auto Contains(const std::string &part) {
    return Matchers::ContainsSubstring(part);
}

} // namespace Catch

// SPDX-License-Identifier: Apache-2.0
//
// SipHash-c-d as the paper defines it (Aumasson, Bernstein, 2012, section 2), to check the data
// plane's SipHash-1-3 with. Itself checked with the paper's vectors for c = 2, d = 4.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipsteer::test {

using SipKey = std::array<std::uint64_t, 2>;

std::uint64_t reference_siphash(int c, int d, const SipKey &key, std::string_view message);

inline std::uint64_t reference_siphash_1_3(const SipKey &key, std::string_view message) {
    return reference_siphash(1, 3, key, message);
}

} // namespace sipsteer::test

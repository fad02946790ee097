// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipsteer {

using HashKey = std::array<std::uint64_t, 2>;

/// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"): without the key nobody can
/// tell what it is of a text. The data plane's (bpf/text/siphash.h) is another, with fewer rounds.
std::uint64_t siphash(const HashKey &key, std::string_view text);

} // namespace sipsteer

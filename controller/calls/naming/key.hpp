// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/message.hpp"

#include <sipsteer/pool.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sipsteer::calls {

using Secret = std::array<std::uint64_t, 2>; // of the hash

/// What steers a message in a pool: bpf/message/key.h and bpf/message/extend.h, outside the kernel.
struct Key {
    std::optional<std::uint64_t> table; // by this the call table knows the call
    std::optional<std::uint64_t> ring;  // what the ring is asked by, where it goes by a key
    std::optional<std::uint64_t> user;  // of the registration whose server a new call gets
    std::optional<std::uint64_t> named; // of the call that a message names, if it may begin one
    std::uint32_t event = 0;            // enum finder_event

    /// What would have to be known besides: "to_user", "via", "source".
    std::vector<std::string_view> missing;
};

Key make_key(const Secret &secret, const sip::Message &message, const ss_pool &pool);

/// By what a pool knows its calls: the configuration's word.
std::string_view key_name(const ss_pool &pool);

} // namespace sipsteer::calls

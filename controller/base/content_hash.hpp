// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sipsteer {

/// Tells two contents apart: equal for equal bytes, else different but for chance (122 bits of
/// SHA-1, as a UUID of version 5, RFC 4122). Not against somebody who looks for two alike.
std::string content_hash(std::string_view bytes);

} // namespace sipsteer

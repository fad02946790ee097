// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/hosts.hpp"

#include "base/address.hpp"

#include <algorithm>
#include <array>

namespace sipsteer::plan {

std::string host_text(const ss_server &server) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy(std::begin(server.address), std::end(server.address), bytes.begin());
    const auto address = Address::from_bytes(bytes);
    return address.is_ipv4() ? address.to_string() : "[" + address.to_string() + "]";
}

ss_host_key host_key(const ss_server &server) {
    ss_host_key key = {};
    const auto text = host_text(server);
    std::copy_n(text.begin(), std::min<std::size_t>(text.size(), SS_HOST_SIZE - 1), key.host);
    key.pool = server.pool;
    return key;
}

} // namespace sipsteer::plan

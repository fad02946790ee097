// SPDX-License-Identifier: Apache-2.0
#include "packets/bytes.hpp"

namespace sipsteer::packets {

std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

std::uint16_t checksum(const Address &from, const Address &to, std::uint8_t protocol,
                       std::span<const std::uint8_t> message) {
    Bytes summed; // the words of both pseudo headers, for their zeros do not count
    append_address(summed, from);
    append_address(summed, to);
    append16(summed, protocol);
    append16(summed, message.size());
    append(summed, message);
    return checksum(summed);
}

} // namespace sipsteer::packets

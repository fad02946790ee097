// SPDX-License-Identifier: Apache-2.0
//
// Frames as they should leave, and names for people.
#include "data_plane.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace sipsteer::test {

Mac server_mac(__u32 index) {
    return {0x02, 0, 0, 0, 0x10, static_cast<std::uint8_t>(index)};
}

Mac interface_mac(__u32 index) {
    return {0x02, 0, 0, 0, 0x20, static_cast<std::uint8_t>(index)};
}

Bytes addressed_to(Bytes frame, __u32 server) {
    const Mac mac = server_mac(server);
    const Mac source = interface_mac(server);
    std::copy(mac.begin(), mac.end(), frame.begin());
    std::copy(source.begin(), source.end(), frame.begin() + 6);
    return frame;
}

void check_frame(const Bytes &frame, const Bytes &expected) {
    if (frame == expected) {
        SUCCEED();
        return;
    }
    FAIL_CHECK("frame: " << hex_dump(frame, expected)
                         << "\nexpected: " << hex_dump(expected, frame));
}

const char *reason_label(__u32 reason) {
    switch (reason) {
#define LABEL(number, constant, label, text)                                                       \
    case number:                                                                                   \
        return label;
        SS_REASONS(LABEL)
#undef LABEL
    default:
        return "not a reason";
    }
}

} // namespace sipsteer::test

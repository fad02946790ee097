// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/frame.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sipsteer::fragments;

using Frame = sipsteer::packets::Bytes;

namespace {

const Frame kServerMacs = {2, 0, 0, 0, 3, 1, 2, 0, 0, 0, 2, 1};
const Frame kIpv4 = {0x08, 0x00, 0x45, 1, 2, 3, 4};

ss_server server(std::uint16_t vlan) {
    ss_server value{};
    std::copy_n(kServerMacs.begin(), 6, value.mac);
    std::copy_n(kServerMacs.begin() + 6, 6, value.source_mac);
    value.vlan = vlan;
    return value;
}

Frame join(const Frame &a, const Frame &b, const Frame &c = {}) {
    Frame all = a;
    all.insert(all.end(), b.begin(), b.end());
    all.insert(all.end(), c.begin(), c.end());
    return all;
}

/// A frame from a client, its tags between addresses and EtherType.
Frame from_client(const Frame &tags) {
    return join(Frame(12, 0xaa), tags, kIpv4);
}

ss_held held(std::uint16_t tags) {
    ss_held value{};
    value.tags = tags;
    value.ip = static_cast<__u16>(14 + 4 * tags);
    return value;
}

} // namespace

TEST_CASE("only the MACs change on the same segment") {
    CHECK(*frame_for_server(held(0), from_client({}), server(0), 0) == join(kServerMacs, kIpv4));
}

TEST_CASE("the frame is brought into the server's VLAN") {
    const Frame tag7 = {0x81, 0x00, 0x00, 0x07};
    const Frame tag7_priority = {0x81, 0x00, 0xb0, 0x07};
    const Frame tag300 = {0x81, 0x00, 0x01, 0x2c};
    const Frame tag300_priority = {0x81, 0x00, 0xb1, 0x2c};
    CHECK(*frame_for_server(held(0), from_client({}), server(300), 0) ==
          join(kServerMacs, tag300, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7), server(0), 0) == join(kServerMacs, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7), server(7), 0) ==
          join(kServerMacs, tag7, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7_priority), server(300), 0) ==
          join(kServerMacs, tag300_priority, kIpv4));
}

TEST_CASE("two tags stay as they are") {
    const Frame tags = {0x88, 0xa8, 0, 1, 0x81, 0x00, 0, 2};
    CHECK(*frame_for_server(held(2), from_client(tags), server(7), 0) ==
          join(kServerMacs, tags, kIpv4));
}

TEST_CASE("what does not fit its description is not sent") {
    CHECK_FALSE(frame_for_server(held(0), Frame(13, 0), server(0), 0));
    auto wrong = held(1);
    wrong.ip = 14;
    CHECK_FALSE(frame_for_server(wrong, from_client({}), server(0), 0));
    CHECK_FALSE(frame_for_server(held(3), Frame(60, 0), server(0), 0));
}

TEST_CASE("a server behind routers: its address and the code, with the header's checksum") {
    // A later fragment from 192.0.2.1 to 198.51.100.100; the checksums are from another hand.
    const Frame v4 = {0x08, 0x00, 0x45, 0x01, 0x00, 0x1c, 0x00, 0x07, 0x00, 0x20,
                      0x40, 0x11, 0x8e, 0x10, 192,  0,    2,    1,    198,  51,
                      100,  100,  1,    2,    3,    4,    5,    6,    7,    8};
    auto expected = v4;
    expected[3] = 10 << 2 | 1;
    expected[12] = 0x7c;
    expected[13] = 0x7a;
    std::copy_n(std::begin({203, 0, 113, 5}), 4, expected.begin() + 18);
    auto far = server(0);
    far.flags = SS_SERVER_DSCP;
    const std::uint8_t address[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 5};
    std::copy(std::begin(address), std::end(address), far.address);
    const auto frame = join(Frame(12, 0xaa), v4);
    CHECK(*frame_for_server(held(0), frame, far, 10) == join(kServerMacs, expected));
    CHECK_FALSE(frame_for_server(held(0), frame, far, 0)); // no code stands for the VIP
    auto broken = frame;
    broken[24] ^= 1;
    CHECK_FALSE(frame_for_server(held(0), broken, far, 10));

    Frame v6(2 + 40 + 16, 0);
    v6[0] = 0x86;
    v6[1] = 0xdd;
    v6[2] = 0x6b;
    v6[3] = 0x9c; // class 0xb9, flow label 0xc....
    auto expected6 = v6;
    expected6[2] = 0x6b;
    expected6[3] = 0x5c; // code 45: 0xb4 with the ECN bits 01
    std::copy(std::begin(address), std::end(address), expected6.begin() + 2 + 24);
    CHECK(*frame_for_server(held(0), join(Frame(12, 0xaa), v6), far, 45) ==
          join(kServerMacs, expected6));
}

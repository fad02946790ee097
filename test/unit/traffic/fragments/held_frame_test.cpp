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
    CHECK(*frame_for_server(held(0), from_client({}), server(0)) == join(kServerMacs, kIpv4));
}

TEST_CASE("the frame is brought into the server's VLAN") {
    const Frame tag7 = {0x81, 0x00, 0x00, 0x07};
    const Frame tag7_priority = {0x81, 0x00, 0xb0, 0x07};
    const Frame tag300 = {0x81, 0x00, 0x01, 0x2c};
    const Frame tag300_priority = {0x81, 0x00, 0xb1, 0x2c};
    CHECK(*frame_for_server(held(0), from_client({}), server(300)) ==
          join(kServerMacs, tag300, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7), server(0)) == join(kServerMacs, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7), server(7)) ==
          join(kServerMacs, tag7, kIpv4));
    CHECK(*frame_for_server(held(1), from_client(tag7_priority), server(300)) ==
          join(kServerMacs, tag300_priority, kIpv4));
}

TEST_CASE("two tags stay as they are") {
    const Frame tags = {0x88, 0xa8, 0, 1, 0x81, 0x00, 0, 2};
    CHECK(*frame_for_server(held(2), from_client(tags), server(7)) ==
          join(kServerMacs, tags, kIpv4));
}

TEST_CASE("what does not fit its description is not sent") {
    CHECK_FALSE(frame_for_server(held(0), Frame(13, 0), server(0)));
    auto wrong = held(1);
    wrong.ip = 14;
    CHECK_FALSE(frame_for_server(wrong, from_client({}), server(0)));
    CHECK_FALSE(frame_for_server(held(3), Frame(60, 0), server(0)));
}

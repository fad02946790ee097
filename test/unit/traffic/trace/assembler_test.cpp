// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/assembler.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::trace;
using packets::Datagram;
using packets::Part;

namespace {

const std::string kPayload = "0123456789abcdefghijklmnopqrstuvwxyz";

/// The first fragment, with 16 bytes of the payload behind 8 of the UDP header.
Datagram first(std::uint32_t id, std::size_t before = 8) {
    Datagram datagram;
    datagram.source = *Address::parse("192.0.2.7");
    datagram.destination = *Address::parse("198.51.100.100");
    datagram.source_port = 5070;
    datagram.part = Part::FirstFragment;
    datagram.fragment_id = id;
    datagram.payload = std::string_view(kPayload).substr(0, 16);
    datagram.data_before = before;
    datagram.whole_length = kPayload.size();
    return datagram;
}

/// Bytes of the payload from `start`.
Datagram later(std::uint32_t id, std::size_t start, std::size_t count, std::size_t before = 8) {
    Datagram datagram = first(id);
    datagram.part = Part::LaterFragment;
    datagram.source_port = 0;
    datagram.fragment_offset = static_cast<std::uint32_t>(start + before);
    datagram.payload = std::string_view(kPayload).substr(start, count);
    return datagram;
}

} // namespace

TEST_CASE("a datagram in one piece is whole") {
    Datagram datagram = first(1);
    datagram.part = Part::Whole;
    const auto whole = Assembler().add(datagram);
    REQUIRE(whole);
    CHECK(whole->payload == "0123456789abcdef");
}

TEST_CASE("later fragments in any order make it whole, with the ports of the first") {
    Assembler assembler;
    CHECK_FALSE(assembler.add(first(7)));
    CHECK_FALSE(assembler.add(first(8)));
    CHECK_FALSE(assembler.add(later(7, 32, 4)));
    CHECK(assembler.waiting() == 2);
    const auto whole = assembler.add(later(7, 16, 16));
    REQUIRE(whole);
    CHECK(whole->payload == kPayload);
    CHECK(whole->header.source_port == 5070);
    CHECK(assembler.waiting() == 1);
    CHECK(assembler.incomplete() == 0);
}

TEST_CASE("extension headers within the fragments are counted") {
    Assembler assembler;
    assembler.add(first(7, 24));
    const auto whole = assembler.add(later(7, 16, 20, 24));
    REQUIRE(whole);
    CHECK(whole->payload == kPayload);
}

TEST_CASE("fragments without a first, or beyond the end, make nothing") {
    Assembler assembler;
    CHECK_FALSE(assembler.add(later(7, 16, 20)));
    CHECK(assembler.incomplete() == 1);
    assembler.add(first(7));
    auto beyond = later(7, 32, 4);
    beyond.fragment_offset += 8;
    CHECK_FALSE(assembler.add(beyond));
    beyond.fragment_offset = 0;
    CHECK_FALSE(assembler.add(beyond));
    CHECK(assembler.incomplete() == 3);
}

TEST_CASE("an id that is used again begins anew") {
    Assembler assembler;
    assembler.add(first(7));
    assembler.add(later(7, 16, 16));
    assembler.add(first(7));
    CHECK(assembler.incomplete() == 1);
    CHECK_FALSE(assembler.add(later(7, 32, 4)));
    CHECK(assembler.add(later(7, 16, 16)));
}

TEST_CASE("it waits for so many datagrams and no more: the oldest is given up") {
    Assembler assembler;
    for (std::uint32_t id = 0; id <= Assembler::kMost; ++id) {
        assembler.add(first(id));
    }
    CHECK(assembler.waiting() == Assembler::kMost);
    CHECK(assembler.incomplete() == 1);
    CHECK_FALSE(assembler.add(later(0, 16, 20)));
    CHECK(assembler.add(later(1, 16, 20)));
}

// SPDX-License-Identifier: Apache-2.0
#include "reference_siphash.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <string>
#include <vector>

using namespace sipsteer::test;

namespace {

/// The paper's test key: bytes 00 01 .. 0f.
constexpr SipKey kKey = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

/// Bytes 00 01 02 ...
std::string counting(std::size_t length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; i++) {
        bytes += static_cast<char>(i);
    }
    return bytes;
}

/// The hash of part of a block that ends `behind` bytes after it, at a shift from alignment.
std::uint64_t hash(const SipKey &key, const std::string &bytes, std::size_t before = 0,
                   std::size_t behind = 0) {
    std::vector<std::uint8_t> block(before + bytes.size() + behind, 0xa5);
    block.shrink_to_fit();
    if (!bytes.empty()) {
        std::memcpy(block.data() + before, bytes.data(), bytes.size());
    }
    return finder_hash(key.data(), {block.data(), block.size(), block.size()},
                       {before, bytes.size()});
}

} // namespace

TEST_CASE("the reference gives the paper's values for SipHash-2-4", "[siphash]") {
    // Appendix A of the paper, and the first and last of the reference implementation's vectors.
    CHECK(reference_siphash(2, 4, kKey, counting(15)) == 0xa129ca6149be45e5);
    CHECK(reference_siphash(2, 4, kKey, counting(0)) == 0x726fdb47dd0e0e31);
    CHECK(reference_siphash(2, 4, kKey, counting(1)) == 0x74f839c593dc67fd);
    CHECK(reference_siphash(2, 4, kKey, counting(8)) == 0x93f5f5799a932462);
    CHECK(reference_siphash(2, 4, kKey, counting(63)) == 0x958a324ceb064572);
}

TEST_CASE("known values of SipHash-1-3", "[siphash]") {
    CHECK(hash(kKey, counting(0)) == 0xabac0158050fc4dc);
    CHECK(hash(kKey, counting(1)) == 0xc9f49bf37d57ca93);
    CHECK(hash(kKey, counting(2)) == 0x82cb9b024dc7d44d);
    CHECK(hash(kKey, counting(3)) == 0x8bf80ab8e7ddf7fb);
}

TEST_CASE("all lengths, every alignment", "[siphash]") {
    for (std::size_t length = 0; length <= 256; length++) {
        const std::string bytes = counting(length);
        const std::uint64_t expected = reference_siphash_1_3(kKey, bytes);
        for (std::size_t before = 0; before < 16; before++) {
            INFO(length << " bytes at " << before);
            REQUIRE(hash(kKey, bytes, before) == expected);
        }
    }
}

TEST_CASE("all lengths, every distance from the end of what may be read", "[siphash]") {
    for (std::size_t length = 0; length <= 256; length++) {
        const std::string bytes = counting(length);
        const std::uint64_t expected = reference_siphash_1_3(kKey, bytes);
        for (std::size_t behind = 0; behind <= 40; behind++) {
            INFO(length << " bytes, " << behind << " behind them");
            REQUIRE(hash(kKey, bytes, 3, behind) == expected);
        }
    }
}

TEST_CASE("the key counts, both halves of it", "[siphash]") {
    const std::uint64_t value = hash(kKey, "a84b4c76e66710@pc33.example.com");
    CHECK(hash({kKey[0] ^ 1, kKey[1]}, "a84b4c76e66710@pc33.example.com") != value);
    CHECK(hash({kKey[0], kKey[1] ^ 1}, "a84b4c76e66710@pc33.example.com") != value);
}

TEST_CASE("two words are hashed as their sixteen bytes", "[siphash]") {
    CHECK(finder_hash_words(kKey.data(), 0x0706050403020100, 0x0f0e0d0c0b0a0908) ==
          reference_siphash_1_3(kKey, counting(16)));
}

// SPDX-License-Identifier: Apache-2.0
#include "reference_siphash.hpp"

#include <bit>
#include <string>

namespace sipsteer::test {

namespace {

using State = std::array<std::uint64_t, 4>;

void sip_round(State &v) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = std::rotl(v[1], 13);
    v[3] = std::rotl(v[3], 16);
    v[1] ^= v[0];
    v[3] ^= v[2];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = std::rotl(v[1], 17);
    v[3] = std::rotl(v[3], 21);
    v[1] ^= v[2];
    v[3] ^= v[0];
    v[2] = std::rotl(v[2], 32);
}

std::uint64_t little_endian_word(std::string_view bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        word = word << 8 | static_cast<std::uint8_t>(bytes[i]);
    }
    return word;
}

} // namespace

std::uint64_t reference_siphash(int c, int d, const SipKey &key, std::string_view message) {
    // "somepseudorandomlygeneratedbytes", big-endian, mixed with the key.
    State v = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
               key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    std::string padded(message);
    padded.resize(message.size() / 8 * 8 + 8, '\0');
    padded.back() = static_cast<char>(message.size() & 0xff);
    for (std::size_t at = 0; at < padded.size(); at += 8) {
        const std::uint64_t word = little_endian_word(std::string_view(padded).substr(at, 8));
        v[3] ^= word;
        for (int i = 0; i < c; i++) {
            sip_round(v);
        }
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < d; i++) {
        sip_round(v);
    }
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

} // namespace sipsteer::test

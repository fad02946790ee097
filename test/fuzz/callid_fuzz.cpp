// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the Call-ID finder that runs in XDP against the slow, obvious one written separately.
// libFuzzer entry point; built with clang, sanitizers on.
#include "../unit/support/reference_finder.hpp"
#include "sip/finder.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace {

constexpr std::uint64_t kSecret[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

[[noreturn]] void disagree(std::string_view ours, std::string_view reference) {
    std::fprintf(stderr, "the finder has \"%.*s\", the reference \"%.*s\"\n",
                 static_cast<int>(ours.size()), ours.data(), static_cast<int>(reference.size()),
                 reference.data());
    std::abort();
}

/// What lies behind the message in the frame (padding) changes nothing: neither a byte that would
/// end the value nor one that would go on with it.
void check_in_frame(std::string_view message, const finder_span &span) {
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(message.data());
    const finder_text alone{bytes, message.size(), message.size()};
    const finder_message kind = finder_classify(alone);
    for (const char padding : {'\n', 'x'}) {
        std::vector<std::uint8_t> padded(message.begin(), message.end());
        padded.insert(padded.end(), 80, static_cast<std::uint8_t>(padding));
        const finder_text in_frame{padded.data(), padded.size(), message.size()};
        const auto found = finder_call_id(in_frame);
        if (found.length != span.length || (span.length != 0 && found.offset != span.offset)) {
            disagree(message.substr(found.offset, found.length),
                     message.substr(span.offset, span.length));
        }
        const finder_message padded_kind = finder_classify(in_frame);
        if (padded_kind.start != kind.start || padded_kind.method != kind.method ||
            finder_is_stun(in_frame) != finder_is_stun(alone)) {
            std::fprintf(stderr, "padding makes another message of it\n");
            std::abort();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    // A buffer of exactly the message's size: reading past it is an error the sanitizer sees.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
    std::copy_n(data, size, exact.get());
    const finder_text text{exact.get(), size, size};
    const auto span = finder_call_id(text);
    const std::string_view message(reinterpret_cast<const char *>(exact.get()), size);
    const auto ours =
        span.length == 0 ? std::string_view() : message.substr(span.offset, span.length);
    const auto reference = sipsteer::test::reference_call_id(message);
    if (ours != reference) {
        disagree(ours, reference);
    }
    (void)finder_hash(kSecret, text, span);
    check_in_frame(message, span);
    return 0;
}

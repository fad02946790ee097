// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the Call-ID finder that runs in XDP against the slow, obvious one written separately.
// libFuzzer entry point; built with clang, sanitizers on.
#include "../unit/finder.h"
#include "../unit/reference_finder.hpp"

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
    (void)finder_is_stun(text);

    // What lies behind the message in the frame (padding) changes nothing.
    std::vector<std::uint8_t> padded(data, data + size);
    padded.insert(padded.end(), 80, '\n');
    const auto in_frame = finder_call_id({padded.data(), padded.size(), size});
    if (in_frame.length != span.length || (span.length != 0 && in_frame.offset != span.offset)) {
        disagree(message.substr(in_frame.offset, in_frame.length), reference);
    }
    return 0;
}

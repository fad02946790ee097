// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the finders of the user in To and of the topmost Via's sent-by against the slow, obvious
// ones written separately, and their hashes against those of the plainest spellings. libFuzzer
// entry point; built with clang, sanitizers on.
#include "../unit/support/reference_finder.hpp"
#include "../unit/support/reference_siphash.hpp"
#include "sip/finder.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

void check(const char *what, std::string_view message, const finder_span &span,
           std::string_view reference) {
    const auto ours =
        span.length == 0 ? std::string_view() : message.substr(span.offset, span.length);
    if (ours != reference) {
        std::fprintf(stderr, "%s: the finder has \"%.*s\", the reference \"%.*s\"\n", what,
                     static_cast<int>(ours.size()), ours.data(), static_cast<int>(reference.size()),
                     reference.data());
        std::abort();
    }
}

constexpr sipsteer::test::SipKey kKey = {1, 2};

void check_hash(const char *what, std::uint64_t hash, const std::string &plain) {
    if (hash != sipsteer::test::reference_siphash_1_3(kKey, plain)) {
        std::fprintf(stderr, "%s: another hash than that of \"%s\"\n", what, plain.c_str());
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    // A buffer of exactly the message's size: reading past it is an error the sanitizer sees.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
    std::copy_n(data, size, exact.get());
    const finder_text text{exact.get(), size, size};
    const std::string_view message(reinterpret_cast<const char *>(exact.get()), size);
    const auto user = sipsteer::test::reference_user(message);
    check("user", message, finder_user(text), user);
    check("user asked for", message, finder_request_user(text),
          sipsteer::test::reference_request_user(message));
    check_hash("user", finder_hash_user(kKey.data(), text, finder_user(text)),
               sipsteer::test::reference_plain_user(user));
    const auto sent_by = sipsteer::test::reference_sent_by(message);
    check("sent-by", message, finder_sent_by(text), sent_by);
    check_hash("sent-by", finder_hash_sent_by(kKey.data(), text, finder_sent_by(text)),
               sipsteer::test::reference_plain_sent_by(sent_by));
    return 0;
}

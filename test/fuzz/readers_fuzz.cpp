// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the readers of tags, CSeq, the topmost Via's branch and received, named calls, and of what
// makes a message one to believe, against the slow, obvious ones written separately. libFuzzer
// entry point; built with clang, sanitizers on.
#include "../unit/support/reference_readers.hpp"
#include "../unit/support/reference_sound.hpp"
#include "sip/finder.h"

#include <sipsteer/method.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace sipsteer::test;

namespace {

[[noreturn]] void differ(const char *what, std::string_view ours, std::string_view reference) {
    std::fprintf(stderr, "%s: the reader has \"%.*s\", the reference \"%.*s\"\n", what,
                 static_cast<int>(ours.size()), ours.data(), static_cast<int>(reference.size()),
                 reference.data());
    std::abort();
}

void check(const char *what, std::string_view message, const finder_span &span,
           std::string_view reference) {
    const auto ours =
        span.length == 0 ? std::string_view() : message.substr(span.offset, span.length);
    if (ours != reference) {
        differ(what, ours, reference);
    }
}

unsigned method_of(std::string_view name) {
    if (name.empty()) {
        return SS_METHOD_NONE;
    }
#define IS(number, constant, label)                                                                \
    if (name == label) {                                                                           \
        return number;                                                                             \
    }
    SS_REQUEST_LIST(IS)
#undef IS
    return SS_METHOD_OTHER;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size > kReferenceReads) {
        return -1;
    }
    // A buffer of exactly the message's size: reading past it is an error the sanitizer sees.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
    std::copy_n(data, size, exact.get());
    const finder_text text{exact.get(), size, size};
    const std::string_view message(reinterpret_cast<const char *>(exact.get()), size);
    if ((finder_has_to_tag(text) != 0) != reference_has_tag(message)) {
        differ("tag", finder_has_to_tag(text) != 0 ? "one" : "none", "the other");
    }
    check("To's tag", message, finder_to_tag(text), reference_tag(message, "to"));
    check("From's tag", message, finder_from_tag(text), reference_tag(message, "from"));
    const auto method = reference_cseq_method(message);
    if (finder_cseq_method(text) != method_of(method)) {
        differ("CSeq", std::to_string(finder_cseq_method(text)), method);
    }
    check("branch", message, finder_branch(text), reference_branch(message));
    check("received", message, finder_received(text), reference_received(message));
    const std::string_view verdicts[] = {"no", "yes"};
    if ((finder_is_complete(text) != 0) != reference_is_complete(message)) {
        differ("complete", verdicts[finder_is_complete(text) != 0], "the other");
    }
    if ((finder_is_sound(text) != 0) != reference_is_sound(message)) {
        differ("sound", verdicts[finder_is_sound(text) != 0], "the other");
    }
    auto named = reference_named(message, "replaces");
    const auto target = reference_named(message, "target-dialog");
    check("Target-Dialog", message, finder_named_call(text, 0), target);
    check("Replaces", message, finder_named_call(text, 1), named.empty() ? target : named);
    return 0;
}

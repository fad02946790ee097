// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the reading of JSON, as bodies and files are read, against the library's own reader, and
// the reading of a configuration. libFuzzer entry point; built with clang, sanitizers on.
#include "config/json_text.hpp"
#include "config/parse.hpp"
#include "config/pointer.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace sipsteer;
using nlohmann::json;

namespace {

[[noreturn]] void fail(const char *what, std::string_view text) {
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

/// A document that is within the limits is what the library makes of it.
void compare(std::string_view text, const std::optional<json> &ours, const config::Errors &errors) {
    const json theirs = json::parse(text, nullptr, false);
    if (ours && theirs != *ours) {
        fail("another document than the library's", text);
    }
    const bool limit = !errors.empty() && !errors.all()[0].message.starts_with("not JSON");
    if (!ours && !theirs.is_discarded() && !limit) {
        fail("refused, though it is JSON", text);
    }
    if (!ours && errors.all().size() != 1) {
        fail("refused, but not for one reason", text);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    config::Errors errors;
    const auto document = config::parse_json(text, errors);
    compare(text, document, errors);
    if (!document) {
        return 0;
    }
    const auto parsed = config::parse(*document);
    if (!parsed) {
        if (parsed.errors().empty() || parsed.errors().size() > config::Errors::kMost + 1) {
            fail("refused without errors, or with too many", text);
        }
        for (const auto &error : parsed.errors()) {
            (void)config::json_pointer(error.path);
        }
    } else if (const auto again = config::parse(config::to_json(*parsed)); !again) {
        fail("what it writes cannot be read", text);
    }
    return 0;
}

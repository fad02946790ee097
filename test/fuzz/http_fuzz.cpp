// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the reading of a request up to its body: the head, in two pieces as a network may bring
// it, its target and its query. libFuzzer entry point; built with clang, sanitizers and assertions
// on.
#include "http/limits.hpp"
#include "http/wire.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace sipsteer::http;

namespace {

[[noreturn]] void fail(const char *what, std::string_view text) {
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

/// Percent-escapes decoded, one by one.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); i++) {
        if (text[i] == '%') {
            plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

/// The obvious way: each part between two slashes. "/" has none.
std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    for (path.remove_prefix(1); !path.empty() || !segments.empty();) {
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(decoded(path.substr(0, end)));
        if (end == path.size()) {
            break;
        }
        path.remove_prefix(end + 1);
        if (path.empty()) {
            segments.emplace_back();
            break;
        }
    }
    return segments;
}

void check_target(std::string_view text) {
    const auto target = parse_target(text);
    if (!target) {
        return;
    }
    const bool absolute = !text.starts_with('/');
    if (!target->path.starts_with('/') || target->path.find_first_of("?#") != std::string::npos) {
        fail("no path", text);
    }
    if (!absolute && text.substr(0, text.find('?')) != target->path) {
        fail("another path", text);
    }
    // Boost.URL leaves out a "." at the beginning, with which a path can begin that has "//" there.
    const bool dot = target->path == "/." || target->path.starts_with("/./");
    if (!dot && segments_of(target->path) != target->segments) {
        fail("other segments", text);
    }
}

void read_head(std::string_view bytes) {
    const Limits limits;
    boost::beast::http::request_parser<boost::beast::http::string_body> parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    boost::system::error_code failed;
    const auto used = parser.put(boost::asio::buffer(bytes.data(), bytes.size() / 2), failed);
    if (failed == boost::beast::http::error::need_more) {
        failed = {};
    }
    const std::string rest(bytes.substr(used));
    if (!failed && !parser.is_header_done()) { // as the session does it
        parser.put(boost::asio::buffer(rest), failed);
    }
    if (!parser.is_header_done()) {
        return;
    }
    const auto head = head_from_http(parser.get(), limits.target_bytes);
    if (const auto *request = std::get_if<Request>(&head)) {
        (void)request->fields.accept("text/event-stream");
        if (request->target.path.empty()) {
            fail("a request without a path", bytes);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    check_target(text.substr(0, text.find_first_of(" \r\n")));
    read_head(text);
    return 0;
}

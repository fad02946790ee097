// SPDX-License-Identifier: Apache-2.0
#include "http/wire.hpp"

#include <boost/beast/core/string.hpp>

#include <ctime>
#include <ios>
#include <sstream>

namespace sipsteer::http {

namespace {

namespace beast_http = boost::beast::http;

using HttpResponse = beast_http::response<beast_http::string_body>;

/// As in "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32] = {};
    std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

void set_common_fields(HttpResponse &message, const Response &response) {
    message.set(beast_http::field::server, "sipsteer/" SIPSTEER_VERSION);
    message.set(beast_http::field::date, http_date());
    message.set(beast_http::field::cache_control, "no-store");
    if (!response.content_type.empty()) {
        message.set(beast_http::field::content_type, response.content_type);
    }
    for (const auto &[name, value] : response.fields) {
        message.set(name, value);
    }
}

/// The status line and the fields (RFC 9112, 4 and 5).
std::string header_text(const HttpResponse &message) {
    std::ostringstream text;
    text << (message.version() >= 11 ? "HTTP/1.1 " : "HTTP/1.0 ") << message.result_int() << ' '
         << message.reason() << "\r\n";
    for (const auto &field : message) {
        text << field.name_string() << ": " << field.value() << "\r\n";
    }
    text << "\r\n";
    return text.str();
}

} // namespace

std::variant<Request, Problem> head_from_http(const HttpRequest &request,
                                              std::size_t target_bytes) {
    const auto text = request.target();
    if (text.size() > target_bytes) {
        return Problem{
            414, "the target is longer than " + std::to_string(target_bytes) + " bytes", {}, {}};
    }
    if (request.version() >= 11 && request.count(beast_http::field::host) != 1) {
        return Problem{400, "an HTTP/1.1 request has one Host field", {}, {}};
    }
    if (request.count(beast_http::field::transfer_encoding) != 0 &&
        !boost::beast::iequals(request[beast_http::field::transfer_encoding], "chunked")) {
        // RFC 9112, 6.1 and 6.3: where such a body ends is not known, or not what it holds.
        return Problem{request.chunked() ? 501U : 400U,
                       "Transfer-Encoding: only \"chunked\" is supported",
                       {},
                       {}};
    }
    if (request.count(beast_http::field::content_encoding) != 0) {
        return Problem{415, "Content-Encoding: encoded bodies are not supported", {}, {}};
    }
    auto target = parse_target({text.data(), text.size()});
    if (!target) {
        return Problem{400, "the target is not a path, or its percent-escapes are wrong", {}, {}};
    }
    Request ours{request.method_string(), std::move(*target), {}, {}};
    for (const auto &field : request) {
        ours.fields.add(field.name_string(), field.value());
    }
    return ours;
}

std::string answer_text(Response &&response, const AnswerForm &form) {
    HttpResponse message{beast_http::int_to_status(response.status), form.version};
    set_common_fields(message, response);
    message.body() = std::move(response.body);
    message.keep_alive(form.keep_alive);
    message.prepare_payload();
    if (response.status == 304) {
        message.erase(
            beast_http::field::content_length); // its body's would be another (RFC 9110, 8.6)
    }
    return form.head ? header_text(message) : header_text(message) + message.body();
}

std::string stream_header_text(const Response &response, unsigned version) {
    HttpResponse header{beast_http::int_to_status(response.status), version};
    set_common_fields(header, response);
    header.keep_alive(false);
    header.chunked(version >= 11);
    return header_text(header);
}

std::string chunk_text(std::string_view piece) {
    std::ostringstream text;
    text << std::hex << piece.size() << "\r\n" << piece << "\r\n";
    return text.str();
}

} // namespace sipsteer::http

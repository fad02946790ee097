// SPDX-License-Identifier: Apache-2.0
#include "http/json_body.hpp"

#include "config/json_text.hpp"
#include "config/pointer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>

#include <string_view>
#include <utility>

namespace sipsteer::http {

namespace {

constexpr const char *kJson = "application/json";
constexpr const char *kMergePatch = "application/merge-patch+json";

constexpr std::size_t kLongBytes = std::size_t{32} * 1024; // about 2 ms

/// A media type without its parameters.
std::string_view essence(std::string_view type) {
    type = type.substr(0, type.find(';'));
    const auto last = type.find_last_not_of(" \t");
    return type.substr(0, last == type.npos ? 0 : last + 1);
}

bool is_called(const std::string &type, BodyKind kind) {
    return boost::beast::iequals(essence(type), kJson) ||
           (kind == BodyKind::MergePatch && boost::beast::iequals(essence(type), kMergePatch));
}

std::shared_ptr<ReadBody> read_body(const std::string &body) {
    auto read = std::make_shared<ReadBody>();
    read->document = config::parse_json(body, read->errors);
    return read;
}

boost::asio::awaitable<std::shared_ptr<ReadBody>> read_here(std::string body) {
    co_return read_body(body);
}

Response wrong_type(BodyKind kind, const std::string &type) {
    const bool patch = kind == BodyKind::MergePatch;
    const std::string good = patch ? std::string(kMergePatch) + ", " + kJson : kJson;
    const std::string found = type.empty() ? "no Content-Type" : "Content-Type " + type;
    Response response = problem_response({415, "the body has " + found + "; send " + good, {}, {}});
    // RFC 5789, 2.2, and RFC 9110, 15.5.16.
    response.fields.emplace_back(patch ? "Accept-Patch" : "Accept", good);
    return response;
}

Response bad_json(const config::Errors &errors, bool has_document) {
    if (!has_document) {
        return problem_response({400, errors.all().back().message, {}, {}});
    }
    Problem problem{422, "the body has duplicate fields", {}, {}};
    for (const auto &error : errors.all()) {
        problem.errors.push_back({config::json_pointer(error.path), error.message});
    }
    return problem_response(problem);
}

} // namespace

bool is_long_json(const Request &request) {
    return request.body.size() > kLongBytes &&
           is_called(request.fields.get("Content-Type").value_or(""), BodyKind::MergePatch);
}

boost::asio::awaitable<std::shared_ptr<ReadBody>> read_there(boost::asio::any_io_executor there,
                                                             std::string body) {
    auto reading = read_here(std::move(body)); // not in the call: see Session::send_pieces()
    co_return co_await boost::asio::co_spawn(there, std::move(reading), boost::asio::use_awaitable);
}

std::variant<nlohmann::json, Response> read_json_body(const Request &request, BodyKind kind) {
    const std::string type = request.fields.get("Content-Type").value_or("");
    if (!is_called(type, kind)) {
        return wrong_type(kind, type);
    }
    const auto read = request.read ? request.read : read_body(request.body);
    if (!read->errors.empty()) {
        return bad_json(read->errors, read->document.has_value());
    }
    return *std::exchange(read->document, std::nullopt);
}

} // namespace sipsteer::http

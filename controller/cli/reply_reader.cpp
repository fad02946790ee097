// SPDX-License-Identifier: Apache-2.0
#include "cli/reply_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace sipsteer::cli {

namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kLongestHead = 65536;

} // namespace

struct ReplyReader::Parser {
    Parser() {
        parser.eager(true);
        parser.header_limit(kLongestHead);
        parser.body_limit(boost::none); // whoever reads bounds it
    }

    http::response_parser<http::string_body> parser;
};

ReplyReader::ReplyReader() : parser_(std::make_unique<Parser>()) {}
ReplyReader::~ReplyReader() = default;

Status ReplyReader::read(std::string_view piece) {
    unread_ += piece;
    while (!unread_.empty() && !is_done()) {
        boost::system::error_code failed;
        const auto used =
            parser_->parser.put(boost::asio::buffer(unread_.data(), unread_.size()), failed);
        unread_.erase(0, used);
        take();
        if (failed == http::error::need_more) {
            return Done{};
        }
        if (failed) {
            return Error{"the answer is not HTTP"};
        }
        if (is_interim()) { // another one follows (RFC 9110, 15.2)
            parser_ = std::make_unique<Parser>();
        }
    }
    return Done{};
}

Status ReplyReader::end() {
    if (is_done()) {
        return Done{};
    }
    if (!has_head()) {
        return Error{"end of stream"};
    }
    boost::system::error_code failed;
    parser_->parser.put_eof(failed);
    take();
    return failed ? Status(Error{"the answer ends too early"}) : Status(Done{});
}

bool ReplyReader::has_head() const {
    return parser_->parser.is_header_done() && !is_interim();
}

bool ReplyReader::is_done() const {
    return parser_->parser.is_done() && !is_interim();
}

bool ReplyReader::is_interim() const {
    return parser_->parser.is_header_done() && parser_->parser.get().result_int() < 200;
}

/// Moves what the parser has of the answer to reply_.
void ReplyReader::take() {
    if (!has_head()) {
        return;
    }
    auto &message = parser_->parser.get();
    reply_.status = static_cast<int>(message.result_int());
    reply_.reason = std::string(message.reason());
    reply_.etag = std::string(message[http::field::etag]);
    reply_.body += message.body();
    message.body().clear();
}

} // namespace sipsteer::cli

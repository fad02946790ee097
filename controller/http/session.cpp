// SPDX-License-Identifier: Apache-2.0
#include "http/session.hpp"

#include "base/log.hpp"
#include "http/json_body.hpp"
#include "http/problem.hpp"
#include "http/read_error.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

namespace sipsteer::http {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;

namespace {

/// How long what a client still sends is read and thrown away after the last answer: one that
/// is not listened to may fail while sending and never read the answer.
constexpr std::chrono::milliseconds kLinger{1'000};

/// What is read at once, at most.
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

unsigned answer_version(unsigned version) {
    return std::clamp(version, 10U, 11U);
}

/// The parser takes a message with another coding than "chunked" for one without a body.
bool has_coding(const HttpRequest &request) {
    return request.count(beast_http::field::transfer_encoding) != 0;
}

bool expects_continue(const HttpRequest &request) {
    return request.version() >= 11 &&
           boost::beast::iequals(request[beast_http::field::expect], "100-continue");
}

} // namespace

Session::Session(Transport stream, ClientAddress client, std::shared_ptr<const Router> router,
                 Access access, const Limits &limits, asio::any_io_executor aside)
    : stream_(std::move(stream)), client_(std::move(client)), router_(std::move(router)),
      access_(std::move(access)), limits_(limits), aside_(std::move(aside)),
      buffer_(std::size_t{limits.header_bytes} * 2), timer_(stream_.get_executor()) {}

awaitable<void> Session::run() {
    const auto self = shared_from_this();
    bool more = co_await begin();
    const bool begun = more;
    while (more && !stopping_) {
        more = co_await serve_one();
    }
    if (begun && !stopping_ && stream_.is_open()) {
        co_await linger();
    }
    disarm();
    abort();
}

void Session::stop() {
    stopping_ = true;
    if (body_) {
        body_->end();
    }
    if (!sending_) {
        stream_.end_reading();
    }
}

void Session::abort() {
    stream_.close();
}

/// Whether client and server can talk: over TLS, that they agree on how.
awaitable<bool> Session::begin() {
    arm(patience(), &Session::abort);
    const error_code failed = co_await stream_.handshake();
    if (failed) {
        log::debug("api_handshake_failed", {{"error", failed.message()}});
    }
    co_return !failed;
}

/// Whether the connection can take another request. One that may not be made is answered before
/// its body is read.
awaitable<bool> Session::serve_one() {
    Parser parser;
    parser.header_limit(limits_.header_bytes);
    parser.body_limit(limits_.body_bytes);
    if (const error_code failed = co_await read_header(parser)) {
        co_return co_await refuse(parser, failed);
    }
    const auto &header = parser.get();
    auto admitted = admit(header);
    if (auto *refused = std::get_if<Response>(&admitted)) {
        router_->note_refused(header.method_string(), refused->status);
        const bool keep_alive = parser.is_done() && parser.keep_alive() && !has_coding(header);
        const bool head = header.method() == beast_http::verb::head;
        const bool sent = co_await send(
            answer_text(std::move(*refused), {answer_version(header.version()), keep_alive, head}));
        co_return (sent && keep_alive);
    }
    co_return co_await serve(std::move(std::get<Request>(admitted)), parser);
}

/// As serve_one(), of an admitted request.
awaitable<bool> Session::serve(Request request, Parser &parser) {
    if (const error_code failed = co_await read_body(parser)) {
        co_return co_await refuse(parser, failed);
    }
    const bool keep_alive = parser.keep_alive();
    const bool head = parser.get().method() == beast_http::verb::head;
    const unsigned version = answer_version(parser.get().version());
    request.body = std::move(parser.get().body());
    disarm(); // the answer takes what it takes
    if (is_long_json(request)) {
        request.read = co_await read_there(aside_, request.body);
    }
    Response response = co_await answer(request);
    if (response.stream) {
        co_await send_stream(std::move(response), version, head);
        co_return false;
    }
    const bool sent = co_await send(answer_text(std::move(response), {version, keep_alive, head}));
    co_return (sent && keep_alive);
}

/// The reading is ended by shutting the socket down for it, not by cancelling: that cannot slip
/// through between two of its steps, and an answer can follow.
awaitable<error_code> Session::read_header(Parser &parser) {
    arm(patience(), &Session::time_out_reading);
    idle_since_ = Clock::now();
    const error_code failed = co_await read_until(&Parser::is_header_done, parser);
    idle_since_.reset();
    co_return failed;
}

awaitable<error_code> Session::read_body(Parser &parser) {
    error_code failed;
    if (parser.is_done()) {
        co_return failed;
    }
    arm(limits_.timeout, &Session::time_out_reading);
    if (expects_continue(parser.get())) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        failed = co_await stream_.write(std::string(kContinue));
        if (failed) {
            co_return failed;
        }
    }
    parser.eager(true); // it would stop after the header again
    co_return co_await read_until(&Parser::is_done, parser);
}

/// Hands the parser what comes until it has all that `done` asks for. What comes after it stays in
/// buffer_.
awaitable<error_code> Session::read_until(bool (Parser::*done)() const, Parser &parser) {
    error_code failed;
    while (!failed && !(parser.*done)()) {
        if (buffer_.size() != 0) {
            buffer_.consume(parser.put(buffer_.data(), failed));
            if (failed != beast_http::error::need_more) {
                continue;
            }
            failed.clear();
        }
        co_await read_more(parser, failed);
    }
    co_return failed;
}

/// More of the request into buffer_. The end of what the client sends may be the end of the
/// request.
awaitable<void> Session::read_more(Parser &parser, error_code &failed) {
    const std::size_t room = std::min(buffer_.max_size() - buffer_.size(), kReadBytes);
    if (room == 0) {
        failed = beast_http::error::buffer_overflow;
        co_return;
    }
    buffer_.commit(co_await stream_.read_some(buffer_.prepare(room), failed));
    if (failed == asio::error::eof) {
        failed = {};
        if (parser.got_some()) {
            parser.put_eof(failed);
        } else {
            failed = beast_http::error::end_of_stream;
        }
    }
}

awaitable<bool> Session::refuse(const Parser &parser, const error_code &failed) {
    ReadState state;
    state.timed_out = timed_out_;
    state.started = parser.got_some() || buffer_.size() != 0;
    const auto unread = buffer_.data();
    const std::string_view rest(static_cast<const char *>(unread.data()), unread.size());
    state.request_line = !parser.get().target().empty() ||
                         rest.substr(0, limits_.header_bytes).find('\n') != rest.npos;
    const auto problem = read_problem(failed, state, limits_);
    if (problem && !stopping_) {
        log::debug("api_request_refused",
                   {{"status", problem->status}, {"detail", problem->detail}});
        router_->note_refused(parser.get().method_string(), problem->status);
        co_await send(answer_text(problem_response(*problem), {11, false, false}));
    }
    co_return false;
}

/// The request but for its body, or the answer if it may not be made.
std::variant<Request, Response> Session::admit(const HttpRequest &http) {
    auto request = head_from_http(http, limits_.target_bytes);
    if (const auto *problem = std::get_if<Problem>(&request)) {
        return problem_response(*problem);
    }
    auto &ours = std::get<Request>(request);
    ours.who = client_.user;
    ours.from = client_.place;
    if (auto refused = access_.refuse(ours, client_.text)) {
        log::debug(
            "api_access_refused",
            {{"method", ours.method}, {"path", ours.target.path}, {"status", refused->status}});
        return std::move(*refused);
    }
    known_ = known_ || access_.makes_known(ours);
    return std::move(ours);
}

/// How long the client has to say what it wants.
std::chrono::milliseconds Session::patience() const {
    return known_ ? limits_.timeout : std::min(limits_.timeout, limits_.first_timeout);
}

awaitable<Response> Session::answer(Request &request) const {
    Response response = co_await router_->handle(request);
    log::debug(
        "api_request",
        {{"method", request.method}, {"path", request.target.path}, {"status", response.status}});
    if (Access::is_change(request, response)) {
        log::info("api_change", {{"who", request.who},
                                 {"from", request.from},
                                 {"request", request.method + ' ' + request.target.path},
                                 {"change", response.change}});
    }
    co_return response;
}

/// Whether all of it was sent.
awaitable<bool> Session::send(std::string answer) {
    sending_ = true;
    arm(limits_.timeout, &Session::abort);
    const error_code failed = co_await stream_.write(std::move(answer));
    sending_ = false;
    co_return !failed;
}

awaitable<void> Session::send_stream(Response response, unsigned version, bool head) {
    body_ = response.stream;
    arm(limits_.timeout, &Session::abort);
    const error_code failed = co_await stream_.write(stream_header_text(response, version));
    if (!failed && !head && !stopping_) {
        end_stream_with_client(body_);
        const bool sent = co_await send_pieces(*body_, version >= 11);
        if (sent && version >= 11) {
            co_await stream_.write(chunk_text({}));
        }
    }
    body_->end();
    body_.reset();
}

/// Until the stream ends; false if a piece could not be sent.
awaitable<bool> Session::send_pieces(Stream &stream, bool chunked) {
    error_code failed;
    while (!failed) {
        disarm();
        std::string piece = co_await stream.next();
        if (piece.empty()) {
            break;
        }
        arm(limits_.timeout, &Session::abort);
        // Not in the call: g++ 12 would destroy a choice's outcome twice.
        std::string bytes = chunked ? chunk_text(piece) : std::move(piece);
        failed = co_await stream_.write(std::move(bytes));
    }
    arm(limits_.timeout, &Session::abort);
    co_return !failed;
}

/// A client that listens has nothing more to say: whatever comes from it ends the stream, its
/// leaving above all.
void Session::end_stream_with_client(const std::shared_ptr<Stream> &stream) {
    stream_.when_heard([self = shared_from_this(), stream] { stream->end(); });
}

/// Its end is a hard one: the client may not even take that nothing more comes, by TLS.
awaitable<void> Session::linger() {
    arm(kLinger, &Session::abort);
    co_await stream_.end_writing();
    co_await stream_.discard_rest();
}

/// Calls `expired` after that time, unless armed or disarmed again before.
void Session::arm(std::chrono::milliseconds after, Expired expired) {
    const std::uint64_t turn = ++turn_;
    timer_.expires_after(after);
    timer_.async_wait([self = shared_from_this(), turn, expired](const error_code &failed) {
        if (!failed && turn == self->turn_) {
            (self.get()->*expired)();
        }
    });
}

void Session::disarm() {
    ++turn_;
    timer_.cancel();
}

void Session::time_out_reading() {
    timed_out_ = true;
    stream_.end_reading();
}

} // namespace sipsteer::http

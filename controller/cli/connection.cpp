// SPDX-License-Identifier: Apache-2.0
#include "cli/connection.hpp"

#include "cli/channel.hpp"
#include "cli/words.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kGrace{3}; // for what is on the way when a signal has come
constexpr std::size_t kLargestAnswer = std::size_t{64} * 1024 * 1024;

/// A Host field's value (RFC 9110, 7.2).
std::string host_field(const Endpoint &endpoint) {
    if (!endpoint.socket.empty()) {
        return "localhost";
    }
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + endpoint.port;
}

std::string request_text(const Access &access, const Exchange &exchange) {
    std::string text = exchange.method + ' ' + exchange.target + " HTTP/1.1\r\n";
    const auto add = [&text](const std::string &name, const std::string &value) {
        text += name + ": " + value + "\r\n";
    };
    add("Host", host_field(access.endpoint));
    add("Connection", "close");
    if (!access.token.empty()) {
        add("Authorization", "Bearer " + access.token);
    }
    for (const auto &[name, value] : exchange.fields) {
        add(name, value);
    }
    if (!exchange.body.empty()) {
        add("Content-Length", std::to_string(exchange.body.size()));
    }
    return text + "\r\n" + exchange.body;
}

class Conversation {
public:
    Conversation(const Access &access, Exchange &exchange)
        : access_(access), exchange_(exchange),
          waiting_(kPatience, exchange.taker == nullptr ? nullptr : exchange.taker->signals,
                   [this] { return note_signal(); }),
          channel_(access, waiting_) {}

    Result<Ending> run();

private:
    bool note_signal();
    Status read_head();
    Result<Ending> read_stream();
    Result<Ending> read_rest();
    Status read_piece();
    Result<Ending> failed(const std::string &why) const;

    const Access &access_;
    Exchange &exchange_;
    Waiting waiting_;
    Channel channel_;
    ReplyReader reader_;
    bool signalled_ = false;
};

Result<Ending> Conversation::run() {
    if (const auto connected = channel_.connect(); !connected) {
        return signalled_ ? Result<Ending>(Ending::Signal) : connected.error();
    }
    // A daemon that answers before it has read all ("too many connections") makes the sending fail,
    // and its answer says why; without one, that it failed.
    const auto sent = channel_.send(request_text(access_, exchange_));
    if (const auto head = read_head(); !head) {
        return failed((sent ? head : sent).error().message);
    }
    const bool streams = exchange_.taker != nullptr && reader_.reply().status == 200;
    auto ending = streams ? read_stream() : read_rest();
    exchange_.reply = std::move(reader_.reply());
    return ending;
}

/// Whether to go on: that the client will say nothing more makes the daemon end the stream.
bool Conversation::note_signal() {
    const bool go_on = exchange_.has_begun && exchange_.taker->ends_gently && !signalled_;
    signalled_ = true;
    if (go_on) {
        channel_.say_no_more();
        waiting_.set(kGrace);
    }
    return go_on;
}

Status Conversation::read_head() {
    while (!reader_.has_head()) {
        if (auto read = read_piece(); !read) {
            return read;
        }
    }
    return Done{};
}

Result<Ending> Conversation::read_stream() {
    exchange_.has_begun = true;
    if (!exchange_.taker->begin()) {
        return Ending::Enough;
    }
    auto &body = reader_.reply().body; // some may have come with the head
    for (;;) {
        if (!body.empty() && !exchange_.taker->take(body)) {
            return Ending::Enough;
        }
        body.clear();
        if (reader_.is_done()) {
            return signalled_ ? Ending::Signal : Ending::Whole;
        }
        if (!signalled_) {
            waiting_.set(exchange_.taker->longest_silence);
        }
        if (const auto read = read_piece(); !read) {
            return failed(read.error().message);
        }
    }
}

Result<Ending> Conversation::read_rest() {
    while (!reader_.is_done()) {
        if (const auto read = read_piece(); !read) {
            return failed(read.error().message);
        }
        if (reader_.reply().body.size() > kLargestAnswer) {
            return failed("the answer is too large");
        }
    }
    return Ending::Whole;
}

Status Conversation::read_piece() {
    const auto piece = channel_.read();
    if (!piece) {
        return piece.error();
    }
    return piece->empty() ? reader_.end() : reader_.read(*piece);
}

Result<Ending> Conversation::failed(const std::string &why) const {
    if (signalled_) {
        return Ending::Signal;
    }
    return Error{exchange_.has_begun ? "the connection to the daemon ended: " + why
                                     : "cannot reach the daemon at " + access_.place + ": " + why};
}

/// A text field of a document from outside; empty if it is not there, or no text.
std::string words_of(const json &object, const char *name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? printable(found->get<std::string>()) : "";
}

} // namespace

Result<Ending> converse(const Access &access, Exchange &exchange) {
    return Conversation(access, exchange).run();
}

std::string refusal(const Reply &reply) {
    const json problem = json::parse(reply.body, nullptr, false);
    std::string text = words_of(problem, "detail");
    if (text.empty()) {
        text =
            "the daemon answered " + std::to_string(reply.status) + ' ' + printable(reply.reason);
    }
    const auto errors = problem.is_object() ? problem.find("errors") : problem.end();
    if (errors != problem.end() && errors->is_array()) {
        for (const auto &error : *errors) {
            text += "\n  " + words_of(error, "pointer") + ": " + words_of(error, "detail");
        }
    }
    return text;
}

} // namespace sipsteer::cli

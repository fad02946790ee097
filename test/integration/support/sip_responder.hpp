// SPDX-License-Identifier: Apache-2.0
//
// SIP servers for tests of probes, which answer as they are told.
#pragma once

#include "namespaces.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sipsteer::test {

namespace asio = boost::asio;
using asio::ip::udp;
using Clock = std::chrono::steady_clock;

inline std::string header_of(const std::string &message, const std::string &name) {
    const auto begin = message.find("\r\n" + name + ": ");
    REQUIRE(begin != message.npos);
    return message.substr(begin + 2, message.find("\r\n", begin + 2) - begin);
}

/// The answer of a user agent that does as RFC 3261 says.
inline std::string reply_to(const std::string &request, const std::string &status) {
    std::string reply = "SIP/2.0 " + status + "\r\n";
    for (const auto *name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
        reply += header_of(request, name);
    }
    return reply + "Content-Length: 0\r\n\r\n";
}

inline std::string branch_of(const std::string &message) {
    const auto begin = message.find("branch=") + 7;
    return message.substr(begin, message.find(';', begin) - begin);
}

inline std::string with_branch(std::string message, const std::string &branch) {
    const auto begin = message.find("branch=") + 7;
    return message.replace(begin, message.find(';', begin) - begin, branch);
}

/// A UDP server in the server's namespace, on port 5060 of one address or of all. `behave` answers
/// each request.
class Responder {
public:
    using Behave = std::function<void(Responder &, const std::string &request)>;

    Responder(asio::io_context &io, const Segment &segment, Behave answer,
              const std::string &address = "::")
        : behave(std::move(answer)), io_(io), socket_(open(io, segment, 5060, address)),
          other_port_(open(io, segment, 5070, "::")),
          other_address_(open_other_address(io, segment)) {
        receive();
    }

    void send(const std::string &message) { socket_.send_to(asio::buffer(message), client_); }

    void send_from_other_port(const std::string &message) {
        other_port_.send_to(asio::buffer(message), client_);
    }

    /// From 192.0.2.12, port 5060.
    void send_from_other_address(const std::string &message) {
        other_address_.send_to(asio::buffer(message), client_);
    }

    void send_after(std::chrono::milliseconds delay, const std::string &message) {
        auto timer = std::make_shared<asio::steady_timer>(io_, delay);
        timer->async_wait([this, timer, message, to = client_](auto) {
            socket_.send_to(asio::buffer(message), to);
        });
    }

    Behave behave;
    std::vector<std::string> requests;
    std::vector<Clock::time_point> times; // of the requests

private:
    static udp::socket open(asio::io_context &io, const Segment &segment, unsigned short port,
                            const std::string &address) {
        const Inside inside(segment.server());
        udp::socket socket(io, udp::v6()); // IPv4, too
        socket.set_option(asio::socket_base::reuse_address(true));
        socket.bind({asio::ip::make_address(address), port});
        return socket;
    }

    static udp::socket open_other_address(asio::io_context &io, const Segment &segment) {
        segment.on_server("ip address replace 192.0.2.12/24 dev eth0");
        const Inside inside(segment.server());
        udp::socket socket(io, udp::v6());
        socket.set_option(asio::socket_base::reuse_address(true));
        socket.bind({asio::ip::make_address("::ffff:192.0.2.12"), 5060});
        return socket;
    }

    void receive() {
        socket_.async_receive_from(asio::buffer(buffer_), client_, [this](auto failed, auto size) {
            if (failed) {
                return;
            }
            requests.emplace_back(buffer_.data(), size);
            times.push_back(Clock::now());
            behave(*this, requests.back());
            receive();
        });
    }

    asio::io_context &io_;
    udp::socket socket_;
    udp::socket other_port_;
    udp::socket other_address_;
    udp::endpoint client_;
    std::array<char, 4096> buffer_{};
};

inline Responder::Behave status(const std::string &text) {
    return [text](Responder &responder, const std::string &request) {
        responder.send(reply_to(request, text));
    };
}

inline Responder::Behave silence() {
    return [](Responder &, const std::string &) {};
}

} // namespace sipsteer::test

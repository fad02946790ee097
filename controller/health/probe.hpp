// SPDX-License-Identifier: Apache-2.0
//
// One probe: a SIP OPTIONS transaction over UDP, from the first request to the answer or the
// time limit.
#pragma once

#include "util/address.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::health {

enum class Outcome {
    Ok,
    Timeout,
    WrongCode, // an answer, but not an accepted one
    Icmp,      // the server's host, or one on the way, says that it cannot be delivered
    Local,     // this host could not send it
};

struct ProbeOutcome {
    Outcome outcome = Outcome::Timeout;
    std::string text; // "200 OK", "timeout", "ICMP port unreachable", "cannot send: ..."
    std::chrono::microseconds rtt{}; // first request to answer; only with Ok and WrongCode
};

/// Asks one server, one probe at a time.
class OptionsClient {
public:
    OptionsClient(boost::asio::io_context &io, const Address &server, std::uint16_t port)
        : socket_(io), timer_(io), server_(server), port_(port) {}

    /// Runs one probe. `accepted`: the final codes that are a success.
    boost::asio::awaitable<ProbeOutcome> probe(std::chrono::milliseconds timeout,
                                               std::vector<unsigned> accepted);

    /// Makes the probe that is running end soon, with any outcome. There can be no other.
    void cancel();

    /// Requests sent, retransmissions among them.
    std::uint64_t sent() const { return sent_; }

    /// Datagrams that answered no probe, or came too late.
    std::uint64_t unmatched() const { return unmatched_; }

private:
    using Clock = std::chrono::steady_clock;
    struct Transaction;

    boost::system::error_code open(Transaction &transaction);
    void drop_late_answers();
    boost::asio::awaitable<ProbeOutcome> run(Transaction &transaction);
    std::optional<ProbeOutcome> send(Transaction &transaction);
    std::optional<ProbeOutcome> read(Transaction &transaction);
    std::optional<ProbeOutcome> judge(const std::string &datagram, Transaction &transaction);

    boost::asio::ip::udp::socket socket_;
    boost::asio::steady_timer timer_;
    Address server_;
    std::uint16_t port_;
    std::uint64_t sent_ = 0;
    std::uint64_t unmatched_ = 0;
    bool cancelled_ = false;
};

} // namespace sipsteer::health

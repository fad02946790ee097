// SPDX-License-Identifier: Apache-2.0
#include "health/probe.hpp"

#include "health/sip_options.hpp"
#include "health/sip_reply.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sipsteer::health {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

// RFC 3261, 17.1.1.1 and 17.1.2.2: the intervals of timer E.
constexpr milliseconds kT1{500};
constexpr milliseconds kT2{4000};

constexpr std::uint32_t kCseq = 1;

udp::endpoint endpoint_of(const Address &address, std::uint16_t port) {
    if (address.is_ipv4()) {
        return {asio::ip::address_v4(address.ipv4_bytes()), port};
    }
    return {asio::ip::address_v6(address.bytes()), port};
}

Address address_of(const udp::endpoint &endpoint) {
    return endpoint.address().is_v4() ? Address::from_ipv4(endpoint.address().to_v4().to_bytes())
                                      : Address::from_bytes(endpoint.address().to_v6().to_bytes());
}

/// What a connected UDP socket is told of by ICMP.
ProbeOutcome icmp_outcome(const error_code &failed) {
    const bool port = failed == asio::error::connection_refused;
    return {Outcome::Icmp, port ? "ICMP port unreachable" : "ICMP: " + failed.message(), {}};
}

ProbeOutcome local_outcome(const error_code &failed) {
    return {Outcome::Local, "cannot send: " + failed.message(), {}};
}

} // namespace

struct OptionsClient::Transaction {
    std::string request;
    std::string branch = new_branch();
    std::vector<unsigned> accepted;
    Clock::time_point started;
    Clock::time_point ends;
    Clock::time_point send_at;   // when to send (again)
    milliseconds interval = kT1; // from one request to the next
    bool provisional = false;    // a 1xx came
};

asio::awaitable<ProbeOutcome> OptionsClient::probe(milliseconds timeout,
                                                   std::vector<unsigned> accepted) {
    Transaction transaction;
    transaction.accepted = std::move(accepted);
    drop_late_answers();
    if (const auto failed = open(transaction)) {
        co_return local_outcome(failed);
    }
    transaction.started = Clock::now();
    transaction.send_at = transaction.started;
    transaction.ends = transaction.started + timeout;
    co_return co_await run(transaction);
}

void OptionsClient::cancel() {
    cancelled_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

/// A socket of its own for every probe: it has the source address that is right now, and what
/// belongs to an earlier probe, ICMP included, cannot come to it. Connected, so that the kernel
/// drops what other hosts send and hands us ICMP errors.
error_code OptionsClient::open(Transaction &transaction) {
    const auto server = endpoint_of(server_, port_);
    error_code failed;
    socket_ = udp::socket(socket_.get_executor());
    socket_.open(server.protocol(), failed);
    if (!failed) {
        socket_.non_blocking(true, failed);
    }
    if (!failed) {
        socket_.connect(server, failed);
    }
    const auto local = failed ? udp::endpoint() : socket_.local_endpoint(failed);
    transaction.request = build_options({.local = address_of(local),
                                         .local_port = local.port(),
                                         .server = server_,
                                         .server_port = port_,
                                         .branch = transaction.branch,
                                         .tag = random_token(),
                                         .call_id = random_token(),
                                         .cseq = kCseq});
    return failed;
}

/// Counts what came to the last probe's socket after its end.
void OptionsClient::drop_late_answers() {
    std::array<char, 1> buffer;
    error_code failed;
    while (socket_.is_open() && !failed) {
        socket_.receive(asio::buffer(buffer), 0, failed);
        unmatched_ += failed ? 0 : 1;
    }
}

asio::awaitable<ProbeOutcome> OptionsClient::run(Transaction &transaction) {
    using namespace asio::experimental::awaitable_operators;
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        const auto now = Clock::now();
        if (cancelled_ || now >= transaction.ends) {
            co_return ProbeOutcome{Outcome::Timeout, "timeout", {}};
        }
        if (now >= transaction.send_at) {
            if (const auto outcome = send(transaction)) {
                co_return *outcome;
            }
        }
        timer_.expires_at(std::min(transaction.send_at, transaction.ends));
        co_await (socket_.async_wait(udp::socket::wait_read, token) || timer_.async_wait(token));
        if (cancelled_) {
            continue;
        }
        if (const auto outcome = read(transaction)) {
            co_return *outcome;
        }
    }
}

/// Sends the request and sets the time of the next one. An outcome if that is not possible.
std::optional<ProbeOutcome> OptionsClient::send(Transaction &transaction) {
    error_code failed;
    socket_.send(asio::buffer(transaction.request), 0, failed);
    if (failed == asio::error::connection_refused) {
        return icmp_outcome(failed); // the answer to what was sent before
    }
    if (failed) {
        return local_outcome(failed);
    }
    ++sent_;
    transaction.send_at = Clock::now() + transaction.interval;
    transaction.interval = transaction.provisional ? kT2 : std::min(2 * transaction.interval, kT2);
    return std::nullopt;
}

/// Reads what has come. An outcome if the final answer, or an ICMP error, is among it.
std::optional<ProbeOutcome> OptionsClient::read(Transaction &transaction) {
    std::array<char, 65535> buffer;
    for (;;) {
        error_code failed;
        const auto size = socket_.receive(asio::buffer(buffer), 0, failed);
        if (failed == asio::error::would_block) {
            return std::nullopt;
        }
        if (failed) {
            return icmp_outcome(failed);
        }
        if (auto outcome = judge(std::string(buffer.data(), size), transaction)) {
            return outcome;
        }
    }
}

std::optional<ProbeOutcome> OptionsClient::judge(const std::string &datagram,
                                                 Transaction &transaction) {
    const auto reply = parse_reply(datagram);
    if (!reply || !answers(*reply, transaction.branch, kCseq)) {
        ++unmatched_;
        return std::nullopt;
    }
    if (!reply->final()) {
        transaction.provisional = true;
        return std::nullopt;
    }
    const auto &accepted = transaction.accepted;
    const bool good = std::find(accepted.begin(), accepted.end(), reply->code) != accepted.end();
    const auto rtt =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - transaction.started);
    return ProbeOutcome{good ? Outcome::Ok : Outcome::WrongCode, reply->status(), rtt};
}

} // namespace sipsteer::health

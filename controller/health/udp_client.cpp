// SPDX-License-Identifier: Apache-2.0
#include "health/udp_client.hpp"
#include "base/asio_address.hpp"

#include "health/own_trouble.hpp"
#include "health/source_address.hpp"
#include "packets/icmp_error.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sipsteer::health {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using Clock = Transaction::Time::clock;

namespace {

ProbeOutcome local_outcome(const error_code &failed) {
    return refused_outcome(failed.value());
}

} // namespace

asio::awaitable<ProbeOutcome> UdpClient::probe(config::Probe settings) {
    drop_late_answers();
    if (const auto failed = open()) {
        co_return local_outcome(failed);
    }
    error_code failed;
    const auto local = from_asio_endpoint(socket_.local_endpoint(failed));
    Transaction transaction(new_request("UDP", local, server_), settings, Clock::now());
    remember(transaction.branch());
    co_return co_await run(transaction);
}

void UdpClient::cancel() {
    cancelled_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

/// A socket of its own for every probe: it has the source address that is right now, and what
/// belongs to an earlier probe, ICMP included, cannot come to it. Not connected, so that answers
/// from elsewhere are seen and counted; hence the error queue.
error_code UdpClient::open() {
    error_code failed;
    socket_ = udp::socket(socket_.get_executor());
    const auto source = source_address(socket_.get_executor(), server_.address, failed);
    if (failed) {
        return failed;
    }
    const udp::endpoint local(to_asio(source), 0);
    socket_.open(local.protocol(), failed);
    if (!failed) {
        socket_.non_blocking(true, failed);
    }
    if (!failed) {
        socket_.bind(local, failed);
    }
    if (!failed && !packets::keep_errors(socket_.native_handle(), !server_.address.is_ipv4())) {
        failed = error_code(errno, boost::system::system_category());
    }
    return failed;
}

/// Counts what came to the last probe's socket after its end.
void UdpClient::drop_late_answers() {
    if (socket_.is_open()) {
        read(nullptr);
    }
}

asio::awaitable<ProbeOutcome> UdpClient::run(Transaction &transaction) {
    using namespace asio::experimental::awaitable_operators;
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        const auto now = Clock::now();
        if (cancelled_ || transaction.is_over(now)) {
            co_return ProbeOutcome{Outcome::Timeout, "timeout", {}};
        }
        if (transaction.must_send(now)) {
            if (const auto outcome = send(transaction)) {
                co_return *outcome;
            }
        }
        timer_.expires_at(transaction.next());
        co_await (socket_.async_wait(udp::socket::wait_read, token) || timer_.async_wait(token));
        if (cancelled_) {
            continue;
        }
        if (const auto outcome = read(&transaction)) {
            co_return *outcome;
        }
    }
}

/// An outcome if the request cannot be sent.
std::optional<ProbeOutcome> UdpClient::send(Transaction &transaction) {
    error_code failed;
    const auto to = to_asio<udp>(server_);
    socket_.send_to(asio::buffer(transaction.text()), to, 0, failed);
    if (failed) { // perhaps the answer to what was sent before
        if (auto outcome = read_errors()) {
            return outcome;
        }
        socket_.send_to(asio::buffer(transaction.text()), to, 0, failed);
    }
    if (failed) {
        return local_outcome(failed);
    }
    ++counters_.sent;
    transaction.sent(Clock::now());
    return std::nullopt;
}

/// Reads what has come. An outcome if the final answer, or an ICMP error, is among it. Without a
/// transaction all of it is late.
std::optional<ProbeOutcome> UdpClient::read(Transaction *transaction) {
    std::array<char, 65535> buffer;
    for (;;) {
        error_code failed;
        udp::endpoint from;
        const auto size = socket_.receive_from(asio::buffer(buffer), from, 0, failed);
        if (failed == asio::error::would_block || (failed && transaction == nullptr)) {
            return std::nullopt;
        }
        if (failed) {
            if (auto outcome = read_errors()) {
                return outcome;
            }
        } else if (from_asio_endpoint(from) != server_) {
            ++counters_.wrong_source;
        } else if (auto outcome = judge({buffer.data(), size}, transaction)) {
            return outcome;
        }
    }
}

/// Reads the socket's errors. An outcome if one of them is about our request.
std::optional<ProbeOutcome> UdpClient::read_errors() {
    while (const auto error = packets::take_error(socket_.native_handle())) {
        if (error->destination != server_) {
            continue;
        }
        return error->icmp ? ProbeOutcome{Outcome::Icmp, error->text, {}}
                           : ProbeOutcome{Outcome::Local, "cannot send: " + error->text, {}};
    }
    return std::nullopt;
}

} // namespace sipsteer::health

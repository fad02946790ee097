// SPDX-License-Identifier: Apache-2.0
#include "health/tcp_client.hpp"
#include "base/asio_address.hpp"

#include "health/own_trouble.hpp"
#include "sip/stream.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace sipsteer::health {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = Transaction::Time::clock;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

ProbeOutcome timed_out() {
    return {Outcome::Timeout, "timeout", {}};
}

/// What an error of the connection means: the server's no, the network's, or this host's.
ProbeOutcome failed_outcome(const error_code &failed) {
    if (failed == asio::error::connection_refused) {
        return {Outcome::Connection, "connection refused", {}};
    }
    if (failed == asio::error::connection_reset || failed == asio::error::broken_pipe) {
        return {Outcome::Connection, "connection reset", {}};
    }
    if (failed == asio::error::eof) {
        return {Outcome::Connection, "connection closed", {}};
    }
    if (failed == asio::error::timed_out) {
        return timed_out();
    }
    if (failed == asio::error::host_unreachable) {
        return {Outcome::Icmp, "ICMP host unreachable", {}};
    }
    return refused_outcome(failed.value());
}

std::chrono::microseconds since(Transaction::Time begun) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
}

} // namespace

asio::awaitable<ProbeOutcome> TcpClient::probe(config::Probe settings) {
    auto outcome = co_await run(settings);
    error_code ignored;
    socket_.close(ignored);
    co_return outcome;
}

void TcpClient::cancel() {
    cancelled_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

/// The timeout is for all of it: to connect, to send, to be answered.
asio::awaitable<ProbeOutcome> TcpClient::run(const config::Probe &settings) {
    const auto begun = Clock::now();
    const auto ends = begun + settings.timeout;
    if (const auto failed = co_await connect(ends)) {
        co_return *failed;
    }
    if (settings.type == config::ProbeType::Tcp) {
        co_return ProbeOutcome{Outcome::Ok, "connected", since(begun)};
    }
    error_code failed;
    const auto local = from_asio_endpoint(socket_.local_endpoint(failed));
    if (failed) {
        co_return failed_outcome(failed);
    }
    Transaction transaction(new_request("TCP", local, server_), settings, begun);
    co_return co_await ask(transaction, ends);
}

/// An outcome if there is no connection.
asio::awaitable<std::optional<ProbeOutcome>> TcpClient::connect(Time ends) {
    const auto to = to_asio<tcp>(server_);
    error_code failed;
    socket_ = tcp::socket(socket_.get_executor());
    socket_.open(to.protocol(), failed);
    if (failed) {
        co_return failed_outcome(failed);
    }
    ++counters_.sent;
    timer_.expires_at(ends);
    const auto result = co_await (socket_.async_connect(to, kToken) || timer_.async_wait(kToken));
    if (result.index() != 0 || cancelled_) {
        co_return timed_out();
    }
    const auto [connect_failed] = std::get<0>(result);
    co_return connect_failed ? std::optional(failed_outcome(connect_failed)) : std::nullopt;
}

asio::awaitable<ProbeOutcome> TcpClient::ask(Transaction &transaction, Time ends) {
    if (const auto failed = co_await send(transaction.text(), ends)) {
        co_return *failed;
    }
    transaction.sent(Clock::now());
    co_return co_await receive(transaction, ends);
}

/// An outcome if it cannot be sent.
asio::awaitable<std::optional<ProbeOutcome>> TcpClient::send(const std::string &text, Time ends) {
    timer_.expires_at(ends);
    const auto result = co_await (asio::async_write(socket_, asio::buffer(text), kToken) ||
                                  timer_.async_wait(kToken));
    if (result.index() != 0 || cancelled_) {
        co_return timed_out();
    }
    const auto [failed, size] = std::get<0>(result);
    co_return failed ? std::optional(failed_outcome(failed)) : std::nullopt;
}

asio::awaitable<ProbeOutcome> TcpClient::receive(Transaction &transaction, Time ends) {
    sip::SipStream stream;
    std::array<char, 4096> buffer;
    for (;;) {
        timer_.expires_at(ends);
        const auto result = co_await (socket_.async_read_some(asio::buffer(buffer), kToken) ||
                                      timer_.async_wait(kToken));
        if (result.index() != 0 || cancelled_) {
            co_return timed_out();
        }
        const auto [failed, size] = std::get<0>(result);
        if (failed) {
            co_return failed_outcome(failed);
        }
        stream.feed({buffer.data(), size});
        while (const auto message = stream.next()) {
            if (const auto outcome = judge(*message, &transaction)) {
                co_return *outcome;
            }
        }
        if (stream.broken()) {
            ++counters_.unmatched;
            co_return ProbeOutcome{Outcome::Connection, "not SIP over TCP", {}};
        }
    }
}

} // namespace sipsteer::health

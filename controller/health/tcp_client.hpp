// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "health/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sipsteer::health {

/// Connects to a server's own address and port over TCP, and sends a SIP request if the type of the
/// probe asks for it.
class TcpClient : public Client {
public:
    TcpClient(boost::asio::io_context &io, const Endpoint &server)
        : socket_(io), timer_(io), server_(server) {}

    boost::asio::awaitable<ProbeOutcome> probe(config::Probe settings) override;
    void cancel() override;

private:
    using Time = Transaction::Time;

    boost::asio::awaitable<ProbeOutcome> run(const config::Probe &settings);
    boost::asio::awaitable<std::optional<ProbeOutcome>> connect(Time ends);
    boost::asio::awaitable<ProbeOutcome> ask(Transaction &transaction, Time ends);
    boost::asio::awaitable<std::optional<ProbeOutcome>> send(const std::string &text, Time ends);
    boost::asio::awaitable<ProbeOutcome> receive(Transaction &transaction, Time ends);

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    Endpoint server_;
    bool cancelled_ = false;
};

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "health/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sipsteer::health {

/// Sends SIP requests over UDP to a server's own address and port.
class UdpClient : public Client {
public:
    UdpClient(boost::asio::io_context &io, const Endpoint &server)
        : socket_(io), timer_(io), server_(server) {}

    boost::asio::awaitable<ProbeOutcome> probe(config::Probe settings) override;
    void cancel() override;

private:
    boost::system::error_code open();
    void drop_late_answers();
    boost::asio::awaitable<ProbeOutcome> run(Transaction &transaction);
    std::optional<ProbeOutcome> send(Transaction &transaction);
    std::optional<ProbeOutcome> read(Transaction *transaction);
    std::optional<ProbeOutcome> read_errors();

    boost::asio::ip::udp::socket socket_;
    boost::asio::steady_timer timer_;
    Endpoint server_;
    bool cancelled_ = false;
};

} // namespace sipsteer::health

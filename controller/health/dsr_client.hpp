// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "base/next_hop.hpp"
#include "health/client.hpp"
#include "health/dsr_wire.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

namespace sipsteer::health {

/// Finds out how a frame reaches an address on the segment now.
using FindNextHop = std::function<NextHop(const Address &)>;

/// Sends SIP requests to the VIP, in frames for one server: as the data plane does. The answer has
/// to come from the VIP.
class DsrClient : public Client, private DsrListener {
public:
    DsrClient(boost::asio::io_context &io, std::shared_ptr<DsrWire> wire, const Address &server,
              const Address &hop, const Endpoint &vip, FindNextHop find_next_hop);
    ~DsrClient() override;

    boost::asio::awaitable<ProbeOutcome> probe(config::Probe settings) override;
    void cancel() override;

private:
    std::optional<ProbeOutcome> prepare();
    boost::asio::awaitable<ProbeOutcome> run(Transaction &transaction);
    std::optional<ProbeOutcome> send(Transaction &transaction);
    void take(const DsrPacket &packet) override;
    bool take_stray(const DsrPacket &packet, const MacAddress &from) override;

    boost::asio::steady_timer timer_;
    std::shared_ptr<DsrWire> wire_;
    Address server_;
    Address hop_; // the server's own, or the router's on the way there
    Endpoint vip_;
    FindNextHop find_next_hop_;
    NextHop next_hop_;
    Endpoint local_;
    Transaction *transaction_ = nullptr; // the one that runs
    std::optional<ProbeOutcome> outcome_;
    bool cancelled_ = false;
};

} // namespace sipsteer::health

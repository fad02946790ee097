// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_client.hpp"

#include "packets/make_frame.hpp"

#include "health/own_trouble.hpp"
#include "health/source_address.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sipsteer::health {

namespace asio = boost::asio;
using Clock = Transaction::Time::clock;

namespace {
ProbeOutcome local_outcome(const std::string &why) {
    return {Outcome::Local, "cannot send: " + why, {}};
}
} // namespace

DsrClient::DsrClient(asio::io_context &io, std::shared_ptr<DsrWire> wire, const Address &server,
                     const Address &hop, const Endpoint &vip, FindNextHop find_next_hop)
    : timer_(io), wire_(std::move(wire)), server_(server), hop_(hop), vip_(vip),
      find_next_hop_(std::move(find_next_hop)) {
    wire_->add(*this);
}

DsrClient::~DsrClient() {
    wire_->remove(*this);
}

asio::awaitable<ProbeOutcome> DsrClient::probe(config::Probe settings) {
    if (const auto failed = prepare()) {
        co_return *failed;
    }
    Transaction transaction(new_request("UDP", local_, vip_), settings, Clock::now());
    if (const auto forgotten = remember(transaction.branch()); !forgotten.empty()) {
        wire_->forget(forgotten);
    }
    wire_->expect(transaction.branch(), *this);
    outcome_.reset();
    transaction_ = &transaction;
    const auto outcome = co_await run(transaction);
    transaction_ = nullptr;
    co_return outcome;
}

void DsrClient::cancel() {
    cancelled_ = true;
    timer_.cancel();
}

/// Everything that may have changed since the last probe. An outcome if something is wrong.
std::optional<ProbeOutcome> DsrClient::prepare() {
    next_hop_ = find_next_hop_(hop_);
    if (!next_hop_.resolved) {
        return local_outcome(next_hop_.problem.empty() ? "no next hop" : next_hop_.problem);
    }
    if (const int failed = wire_->open()) {
        return refused_outcome(failed);
    }
    boost::system::error_code failed;
    const auto source = source_on_segment(timer_.get_executor(), server_, vip_.address, failed);
    if (!source) {
        return failed ? refused_outcome(failed.value()) : local_outcome(source.error().message);
    }
    local_ = {*source, wire_->port()};
    return std::nullopt;
}

asio::awaitable<ProbeOutcome> DsrClient::run(Transaction &transaction) {
    for (;;) {
        const auto now = Clock::now();
        if (outcome_) {
            co_return *outcome_;
        }
        if (cancelled_ || transaction.is_over(now)) {
            co_return ProbeOutcome{Outcome::Timeout, "timeout", {}};
        }
        if (transaction.must_send(now)) {
            if (const auto failed = send(transaction)) {
                co_return *failed;
            }
        }
        timer_.expires_at(transaction.next());
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

/// An outcome if it cannot be sent.
std::optional<ProbeOutcome> DsrClient::send(Transaction &transaction) {
    const auto frame = packets::make_frame(next_hop_, local_, vip_, transaction.text());
    if (const int failed = wire_->send(next_hop_, frame)) {
        return refused_outcome(failed);
    }
    ++counters_.sent;
    transaction.sent(Clock::now());
    return std::nullopt;
}

void DsrClient::take(const DsrPacket &packet) {
    if (!packet.icmp.empty()) {
        if (transaction_ != nullptr && packet.to == vip_ &&
            packet.payload.find(transaction_->branch()) != packet.payload.npos) {
            outcome_ = ProbeOutcome{Outcome::Icmp, packet.icmp, {}};
        }
    } else if (packet.from != vip_ || packet.to != local_) {
        ++counters_.wrong_source;
    } else if (auto outcome = judge(packet.payload, outcome_ ? nullptr : transaction_)) {
        outcome_ = std::move(outcome);
    }
    if (outcome_) {
        timer_.cancel();
    }
}

bool DsrClient::take_stray(const DsrPacket &packet, const MacAddress &from) {
    if (!next_hop_.resolved || next_hop_.mac != from) {
        return false;
    }
    if (packet.from == vip_) {
        judge(packet.payload, transaction_);
    } else {
        ++counters_.wrong_source;
    }
    return true;
}

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/model.hpp"
#include "health/outcome.hpp"
#include "health/transaction.hpp"
#include "sip/reply.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::health {

struct ClientCounters {
    std::uint64_t sent = 0;         // requests, retransmissions among them
    std::uint64_t late = 0;         // answers to a probe that was over
    std::uint64_t wrong_source = 0; // answers, or what looks like it, from somewhere else
    std::uint64_t unmatched = 0;    // no answer to any probe: another branch, malformed ...
};

/// One way to ask one server, one probe at a time.
class Client {
public:
    virtual ~Client() = default;
    Client() = default;
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    /// Runs one probe.
    virtual boost::asio::awaitable<ProbeOutcome> probe(config::Probe settings) = 0;

    /// Makes the probe that is running end soon, with any outcome. There can be no other.
    virtual void cancel() = 0;

    const ClientCounters &counters() const { return counters_; }

protected:
    /// Reads a message that came from the right place. An outcome, if it ends the transaction;
    /// anything else that is not the transaction's is counted. Without one: only counted.
    std::optional<ProbeOutcome> judge(std::string_view message, Transaction *transaction);

    /// To be told from a forged answer when it comes late. The oldest one that is remembered no
    /// more; empty if all are.
    std::string remember(const std::string &branch);

    ClientCounters counters_;

private:
    bool was_asked(std::string_view branch) const;

    std::deque<std::string> branches_; // of the last probes
};

} // namespace sipsteer::health

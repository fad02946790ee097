// SPDX-License-Identifier: Apache-2.0
//
// A non-INVITE client transaction (RFC 3261, 17.1.2) as a probe needs it: when to send again, when
// to give up, what an answer means. Pure: time is told to it.
#pragma once

#include "config/model.hpp"
#include "health/outcome.hpp"
#include "health/sip_request.hpp"
#include "sip/reply.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sipsteer::health {

/// RFC 3261, 17.1.1.1 and 17.1.2.2: the intervals of timer E.
inline constexpr std::chrono::milliseconds kT1{500};
inline constexpr std::chrono::milliseconds kT2{4000};

class Transaction {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Begins now, and lasts as long as the settings' timeout at most.
    Transaction(const SipRequest &request, const config::Probe &settings, Time now);

    const std::string &text() const { return text_; } // of the request
    const std::string &branch() const { return branch_; }

    bool is_over(Time now) const { return now >= ends_; }

    /// Whether the request is to be sent (again). Never over a reliable transport, but once.
    bool must_send(Time now) const { return now >= send_at_; }

    /// It was sent: timer E starts again, from T1 and doubling up to T2.
    void sent(Time now);

    /// When the first of the two above comes true.
    Time next() const { return std::min(send_at_, ends_); }

    /// Whether it answers this request.
    bool owns(const sip::SipReply &reply) const;

    /// Takes a reply that is its own: an outcome, if it is a final one. After a provisional one
    /// the request is sent every T2 (17.1.2.2).
    std::optional<ProbeOutcome> receive(const sip::SipReply &reply, Time now);

private:
    std::string text_;
    std::string branch_;
    std::uint32_t cseq_;
    std::string method_;
    std::vector<config::CodeRange> accept_;
    bool reliable_;
    Time begun_;
    Time ends_;
    Time send_at_;
    std::chrono::milliseconds interval_ = kT1; // from one request to the next
    bool provisional_ = false;
};

} // namespace sipsteer::health

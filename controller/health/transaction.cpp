// SPDX-License-Identifier: Apache-2.0
#include "health/transaction.hpp"

#include <algorithm>
#include <cstring>

namespace sipsteer::health {

Transaction::Transaction(const SipRequest &request, const config::Probe &settings, Time now)
    : text_(build_request(request, settings)), branch_(request.branch), cseq_(request.cseq),
      method_(settings.method), accept_(settings.accept),
      reliable_(std::strcmp(request.transport, "TCP") == 0), begun_(now),
      ends_(now + settings.timeout), send_at_(now) {}

void Transaction::sent(Time now) {
    if (reliable_) {
        send_at_ = Time::max();
        return;
    }
    if (provisional_) {
        interval_ = kT2;
    }
    send_at_ = now + interval_;
    interval_ = std::min(2 * interval_, kT2);
}

bool Transaction::owns(const sip::SipReply &reply) const {
    return sip::answers(reply, branch_, cseq_, method_);
}

std::optional<ProbeOutcome> Transaction::receive(const sip::SipReply &reply, Time now) {
    if (!reply.final()) {
        provisional_ = true;
        return std::nullopt;
    }
    const bool good = std::any_of(accept_.begin(), accept_.end(), [&](const auto &range) {
        return reply.code >= range.first && reply.code <= range.last;
    });
    return ProbeOutcome{good ? Outcome::Ok : Outcome::WrongCode, reply.status(),
                        std::chrono::duration_cast<std::chrono::microseconds>(now - begun_)};
}

} // namespace sipsteer::health

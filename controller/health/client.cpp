// SPDX-License-Identifier: Apache-2.0
#include "health/client.hpp"

#include <algorithm>

namespace sipsteer::health {

namespace {
constexpr std::size_t kRemembered = 16;
}

std::optional<ProbeOutcome> Client::judge(std::string_view message, Transaction *transaction) {
    const auto reply = sip::parse_reply(message);
    if (reply && transaction != nullptr && transaction->owns(*reply)) {
        return transaction->receive(*reply, Transaction::Time::clock::now());
    }
    const bool own_branch =
        reply && transaction != nullptr && sip::same_branch(reply->branch, transaction->branch());
    if (reply && !own_branch && was_asked(reply->branch)) {
        ++counters_.late;
    } else {
        ++counters_.unmatched;
    }
    return std::nullopt;
}

std::string Client::remember(const std::string &branch) {
    branches_.push_back(branch);
    if (branches_.size() <= kRemembered) {
        return {};
    }
    auto oldest = std::move(branches_.front());
    branches_.pop_front();
    return oldest;
}

bool Client::was_asked(std::string_view branch) const {
    return std::any_of(branches_.begin(), branches_.end(),
                       [&](const auto &known) { return sip::same_branch(known, branch); });
}

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
//
// Servers by weight, and what the controller makes of them.
#pragma once

#include "farm.hpp"

#include <map>
#include <memory>

namespace sipsteer::test {

/// A server's weight by its index.
using Weights = std::map<__u32, __u16>;

/// The rings that the controller fills.
std::shared_ptr<const ss_ring> maglev_of(const Weights &weights);
std::shared_ptr<const ss_ring> turns_of(const Weights &weights);

/// A farm of servers of these weights, limits and all, with the Maglev ring.
class WeightedFarm : public Farm {
public:
    explicit WeightedFarm(const Weights &weights, const ServerAt &at = {});

    /// So many new calls, each an INVITE from the client; calls by server. The call table is
    /// emptied when it has some, which servers do not hear of: their live calls stay.
    std::map<__u32, int> give_calls(int count);

private:
    int next_ = 0;
};

/// Checks that each server has its share by weight of the calls there are, within `tolerance` of
/// it, and that no other one has any.
void check_shares(const std::map<__u32, int> &calls, const Weights &weights, double tolerance);

/// The Call-ID of a call by its number.
std::string numbered_call(int number);

} // namespace sipsteer::test

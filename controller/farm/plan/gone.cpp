// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/gone.hpp"

#include <set>

namespace sipsteer::plan {

std::vector<std::string> Gone::note_pass(const IndexSpace &servers, const Plan &plan,
                                         std::uint64_t pass,
                                         const std::function<bool(std::uint16_t)> &has_calls) {
    std::set<std::string> planned;
    for (const PlannedServer &server : plan.servers) {
        planned.insert(server.id.name());
    }
    std::map<std::string, std::uint64_t> still_gone;
    std::vector<std::string> free;
    for (const auto &[name, index] : servers.all()) {
        if (planned.count(name) != 0) {
            continue;
        }
        const auto known = gone_.find(name);
        const std::uint64_t since = known == gone_.end() ? pass : known->second;
        still_gone.emplace(name, since);
        if (pass != since && !has_calls(index)) {
            free.push_back(name);
        }
    }
    gone_ = std::move(still_gone);
    return free;
}

} // namespace sipsteer::plan

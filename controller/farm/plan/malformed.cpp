// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/malformed.hpp"

namespace sipsteer::plan {

std::vector<MalformedCount> MalformedWatch::note(const std::vector<MalformedCount> &counts,
                                                 const Limits &limits, Time now, std::size_t most) {
    std::vector<MalformedCount> beyond;
    decltype(windows_) windows;
    for (const auto &count : counts) {
        const auto limit = limits.find(count.service);
        if (limit == limits.end()) {
            continue;
        }
        const std::pair key{count.service, count.source};
        const auto known = windows_.find(key);
        Window window{now, watched_.contains(count.service) ? 0 : count.packets};
        if (known != windows_.end() && known->second.before <= count.packets) {
            const bool over = now - known->second.begun >= std::chrono::minutes(1);
            window = over ? Window{now, count.packets} : known->second;
        } // else the data plane has forgotten it meanwhile, and begun anew
        const auto packets = count.packets - window.before;
        if (packets > limit->second && beyond.size() < most) {
            beyond.push_back({count.service, count.source, packets});
            window = {now, count.packets};
        }
        windows[key] = window;
    }
    windows_ = std::move(windows);
    watched_.clear();
    for (const auto &[service, limit] : limits) {
        watched_.insert(service);
    }
    return beyond;
}

} // namespace sipsteer::plan

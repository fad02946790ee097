// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/netlink/link.hpp"

#include <chrono>
#include <map>
#include <string>

namespace sipsteer::upkeep {

/// When a step that failed is tried again: at once if its interface changed, else after a pause
/// that grows, for loading a program takes the processor a while. Pure: time is told to it.
class Retry {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Whether the step of that name may be tried. `link`: its interface now.
    bool is_due(const std::string &step, const LinkInfo &link, Time now) const;

    void failed(const std::string &step, const LinkInfo &link, Time now);
    void succeeded(const std::string &step) { failures_.erase(step); }

    /// All steps are due.
    void forget() { failures_.clear(); }

private:
    struct Failure {
        LinkInfo link;
        std::chrono::seconds pause{0};
        Time next;
    };
    std::map<std::string, Failure> failures_;
};

} // namespace sipsteer::upkeep

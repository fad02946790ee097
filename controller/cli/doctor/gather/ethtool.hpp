// SPDX-License-Identifier: Apache-2.0
//
// What a driver says of its interface, by ethtool's ioctl (linux/ethtool.h). Asks only.
#pragma once

#include "base/fd.hpp"
#include "cli/doctor/facts.hpp"

#include <map>
#include <string>
#include <vector>

namespace sipsteer::doctor {

class Ethtool {
public:
    explicit Ethtool(std::string interface);

    struct Driver {
        std::string name; // empty: not known
        std::string bus;  // "0000:00:03.0"; empty: on none
    };
    Driver driver() const;

    /// Features by name, as `ethtool -k` has them, but for its short names; on or off.
    std::map<std::string, bool> features() const;

    Known<Queues> queues() const;

    /// Queue by hash; empty if the driver has no table.
    std::vector<unsigned> rss_table() const;

    /// What is hashed of a kind of packets (UDP_V4_FLOW ...): RXH_...; nothing if it does not say.
    std::optional<std::uint64_t> hash_fields(std::uint32_t flow) const;

private:
    /// 0, or the errno.
    int ask(void *command) const;

    std::string interface_;
    Fd fd_;
};

} // namespace sipsteer::doctor

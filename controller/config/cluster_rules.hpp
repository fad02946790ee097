// SPDX-License-Identifier: Apache-2.0
//
// Rules (rules.hpp) for the fields of a cluster.
#pragma once

#include "config/cursor.hpp"
#include "config/model.hpp"

#include <string>
#include <vector>

namespace sipsteer::config {

/// From one address of Redis to `most`: "/run/redis/redis.sock", "192.0.2.1:6379",
/// "[2001:db8::1]:6379".
struct RedisAddressList {
    std::size_t most;

    void read(const Cursor &at, std::vector<RedisAddress> &out) const;
    nlohmann::json write(const std::vector<RedisAddress> &value) const;
    nlohmann::json schema() const;

    static std::string to_text(const RedisAddress &value);
};

/// A user of Redis: 1 to 128 printable ASCII characters without blanks.
struct RedisUser {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
};

} // namespace sipsteer::config

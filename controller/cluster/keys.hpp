// SPDX-License-Identifier: Apache-2.0
//
// The names that a cluster has in Redis.
#pragma once

#include "cluster/shared_call.hpp"

#include <fmt/format.h>
#include <string>

namespace sipsteer::cluster {

/// The stream of batches.
inline std::string stream_key(const std::string &cluster) {
    return "sipsteer:" + cluster;
}

/// The last account that a director gave of a call; it expires with the call's lifetime. Each
/// director has keys of its own, so none overwrites another's account: who reads them merges them.
inline std::string call_key(const std::string &cluster, const std::string &director,
                            const CallName &call) {
    return fmt::format("sipsteer:{}:call:{:08x}{:08x}:{}", cluster, call.tag, call.bucket,
                       director);
}

/// All of them, for SCAN: a name has none of its special characters.
inline std::string call_keys(const std::string &cluster) {
    return "sipsteer:" + cluster + ":call:*";
}

} // namespace sipsteer::cluster

// SPDX-License-Identifier: Apache-2.0
//
// What directors tell each other of a call.
#pragma once

#include "base/server_id.hpp"

#include <sipsteer/call.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::cluster {

/// A call among directors with one secret and call tables of one size: its tag and the lower of its
/// two buckets.
struct CallName {
    std::uint32_t tag = 0;
    std::uint32_t bucket = 0;

    static CallName of(std::uint32_t tag, std::uint32_t bucket, std::uint32_t buckets) {
        return {tag, std::min(bucket, ss_call_other_bucket(bucket, tag, buckets))};
    }

    auto operator<=>(const CallName &) const = default;
};

/// One call as a director knew it. Times are milliseconds of the engine's clock since 1970.
struct SharedCall {
    std::uint64_t order = 0; // of two of one call the higher one is the newer
    std::uint64_t seen = 0;  // when its last message came
    CallName call;
    std::uint16_t pool_index = 0; // at the sender: the position of a key depends on it
    std::uint32_t state = 0;      // early, confirmed or closing
    ServerId server;

    bool operator==(const SharedCall &) const = default;
};

/// Calls of one director, and what must agree before they mean anything here.
struct Batch {
    std::string director;
    std::uint64_t run = 0;    // of the director's daemon, at random
    std::uint64_t number = 0; // of this batch in the run, from 1; 0: it has none
    std::uint64_t sent = 0;   // when, as the times of a call
    std::uint64_t mark = 0;   // of the secret
    std::uint32_t buckets = 0;
    std::vector<SharedCall> calls;

    bool operator==(const Batch &) const = default;
};

inline constexpr std::size_t kMostCallsInBatch = 128;
inline constexpr std::size_t kMostBatchBytes = 65'536;

/// "ORDER SEEN TAG BUCKET POOL-INDEX STATE POOL SERVER".
std::string to_text(const SharedCall &call);
std::optional<SharedCall> read_call(std::string_view line);

/// "1 DIRECTOR RUN NUMBER SENT MARK BUCKETS" and a line for each call. Nothing of a text that is
/// not of this form in every byte, too long, or of a table that nobody can have.
std::string to_text(const Batch &batch);
std::optional<Batch> read_batch(std::string_view text);

} // namespace sipsteer::cluster

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/lifetimes.hpp"
#include "calls/load.hpp"
#include "calls/table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace sipsteer::calls {

/// Moves all running calls of a server (ss_call_is_live()) to others, a slice of the table at a
/// time. Calls that are closing, registrations and clients steered by address stay: there is
/// nothing to lose for them, and the retransmissions of a BYE belong where the BYE went.
///
/// It goes over the table again until a pass finds nothing left to move, for the data plane may
/// have moved a call from before the pass to behind it; but no more than kPasses times, for the
/// server may still be getting new ones.
class Rehoming {
public:
    static constexpr unsigned kPasses = 3;

    /// From this server, by its index.
    explicit Rehoming(std::uint16_t from) : from_(from) {}

    /// The next `most_buckets` buckets, or to the end of a pass. `next_server` gives the index of
    /// the server that the next call goes to. True when all is done.
    bool slice(std::span<const Segment> tables, Loads loads, std::size_t most_buckets,
               std::uint32_t now, const Lifetimes &lifetimes,
               const std::function<std::uint16_t()> &next_server);

    std::uint64_t moved() const { return moved_; }
    unsigned pass() const { return pass_; }              // at work, from 1
    std::uint64_t buckets_done() const { return next_; } // of this pass, over all tables

private:
    void move_bucket(ss_bucket &bucket, Loads loads, std::uint32_t now, const Lifetimes &lifetimes,
                     const std::function<std::uint16_t()> &next_server);
    bool end_pass();

    std::uint16_t from_;
    std::uint64_t next_ = 0; // bucket, the tables' counted on from each to the next
    unsigned pass_ = 1;
    std::uint64_t moved_ = 0;
    std::uint64_t moved_before_ = 0; // when the pass began
};

} // namespace sipsteer::calls

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/lifetimes.hpp"
#include "calls/load.hpp"
#include "calls/placed.hpp"
#include "calls/table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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

    struct SliceSize {
        std::size_t buckets;
        std::size_t told = std::numeric_limits<std::size_t>::max(); // or a bucket's more
    };

    /// `call`: as it was before. Says whether anybody was told.
    using Tell = std::function<bool(const Placed &call, std::uint16_t to)>;

    struct Targets {
        std::function<std::uint16_t()>
            next_server; // the index of the one that the next call goes to
        Tell tell = {};  // of each that is moved; nobody: an empty one
    };

    /// The next buckets, or to the end of a pass. True when all is done.
    bool slice(std::span<const Segment> tables, Loads loads, const SliceSize &most,
               std::uint32_t now, const Lifetimes &lifetimes, const Targets &targets);

    std::uint64_t moved() const { return moved_; }
    unsigned pass() const { return pass_; }              // at work, from 1
    std::uint64_t buckets_done() const { return next_; } // of this pass, over all tables

private:
    std::size_t move_bucket(Table table, std::uint64_t number, Loads loads, std::uint32_t now,
                            const Lifetimes &lifetimes, const Targets &targets);
    bool end_pass();

    std::uint16_t from_;
    std::uint64_t next_ = 0; // bucket, the tables' counted on from each to the next
    unsigned pass_ = 1;
    std::uint64_t moved_ = 0;
    std::uint64_t moved_before_ = 0; // when the pass began
};

} // namespace sipsteer::calls

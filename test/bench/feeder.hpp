// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_feed.h"

#include <cstdint>
#include <memory>
#include <vector>

struct bench_feed_bpf;

namespace sipsteer::bench {

/// What the messages of a run are for.
struct Calls {
    bool fresh; // each one for a new call: `first`, first + 1 ...
    std::uint64_t first;
    std::uint64_t live; // else: for calls 0 to live - 1, at random
};

/// Feeds varied messages to an XDP program: bench_feed.bpf.c says how and why.
class Feeder {
public:
    /// `program`: fd of the program under test.
    explicit Feeder(int program);
    ~Feeder();
    Feeder(const Feeder &) = delete;
    Feeder &operator=(const Feeder &) = delete;

    /// BENCH_MESSAGES of them.
    void set_messages(const std::vector<bench_message> &messages);

    /// ns a packet, loop included. Throws if the program's last action was not `action`.
    double feed(const Calls &calls, std::uint32_t packets, std::uint32_t action);

    /// ns a packet of the loop alone, with the same messages.
    double feed_nobody(const Calls &calls, std::uint32_t packets);

private:
    double run(bench_target target, const Calls &calls, std::uint32_t packets,
               std::uint32_t action);

    std::unique_ptr<bench_feed_bpf, void (*)(bench_feed_bpf *)> skeleton_;
};

} // namespace sipsteer::bench

// SPDX-License-Identifier: Apache-2.0
//
// How often something took how long, in the buckets that a Prometheus histogram has.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sipsteer {

class Latency {
public:
    /// Upper bounds in microseconds, inclusive: from a handler in memory to a probe's timeout.
    static constexpr std::array<std::int64_t, 12> kBounds{250,     500,     1'000,   2'500,
                                                          5'000,   10'000,  25'000,  50'000,
                                                          100'000, 250'000, 500'000, 1'000'000};

    void note(std::chrono::microseconds took) {
        std::size_t bucket = 0;
        while (bucket < kBounds.size() && took.count() > kBounds[bucket]) {
            ++bucket;
        }
        ++buckets_[bucket];
        sum_ += took;
    }

    void add(const Latency &other) {
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            buckets_[i] += other.buckets_[i];
        }
        sum_ += other.sum_;
    }

    /// How many took no longer than each bound and longer than the one before; the last one: longer
    /// than all.
    const std::array<std::uint64_t, kBounds.size() + 1> &buckets() const { return buckets_; }
    std::chrono::microseconds sum() const { return sum_; }

private:
    std::array<std::uint64_t, kBounds.size() + 1> buckets_{};
    std::chrono::microseconds sum_{0};
};

} // namespace sipsteer

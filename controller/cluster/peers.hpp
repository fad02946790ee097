// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/shared_call.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace sipsteer::cluster {

/// Another director, as its batches show it.
struct Peer {
    std::uint64_t run = 0;
    std::uint64_t number = 0; // of its last batch
    std::chrono::steady_clock::time_point heard{};
    double lag = 0;           // seconds from its last batch's sending to its arrival here
    std::uint64_t calls = 0;  // accounts that came
    std::uint64_t missed = 0; // batches
    std::string differs;      // why its accounts mean nothing here; empty: they do
    bool here = false;        // it was heard of not long ago
};

/// The other directors of the cluster. Pure but for its time, which is an argument.
class Peers {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Change {
        bool appeared = false;
        bool missed = false;  // batches before this one
        bool differs = false; // since this batch
    };

    /// A batch of the stream has come. `differs`: what of it does not agree with this director.
    Change note(const Batch &batch, const std::string &differs, double lag, Time now);

    /// Those that have not been heard of for long: "was here" no more. Their names.
    std::vector<std::string> note_silent(Time now);

    const std::map<std::string, Peer> &all() const { return peers_; }

private:
    std::map<std::string, Peer> peers_;
};

} // namespace sipsteer::cluster

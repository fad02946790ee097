// SPDX-License-Identifier: Apache-2.0
//
// Answers the requests that no server can take and whose pool says `reject` (bpf/ hands them over,
// no more in a second than the pool allows).
#pragma once

#include "base/result.hpp"
#include "kernel/dataplane/maps.hpp"
#include "sip/response.hpp"
#include "traffic/reject/sender.hpp"

#include <sipsteer/reject.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

struct ring_buffer;

namespace sipsteer::reject {

/// All only grow.
struct RejecterCounters {
    std::uint64_t answered = 0;
    std::uint64_t malformed = 0; // no answer is possible, or none is due: see make_response()
    std::uint64_t too_long = 0;  // the answer would be longer than the request
    std::uint64_t not_sent = 0;  // the kernel did not take the answer
    std::uint64_t stale = 0;     // came while no daemon ran: nobody knows how long ago
};

class Rejecter {
public:
    /// What a pool, by its index, asks its clients to wait.
    using RetryAfter = std::function<std::chrono::seconds(std::uint32_t pool)>;

    /// `ring`: Maps::rejects(), which outlives this. `secret`: the tags are made with it.
    Rejecter(boost::asio::io_context &io, int ring, const HashKey &secret, RetryAfter retry_after);
    ~Rejecter();
    Rejecter(const Rejecter &) = delete;
    Rejecter &operator=(const Rejecter &) = delete;

    Status start();

    const RejecterCounters &counters() const { return counters_; }

private:
    static int on_record(void *self, void *data, std::size_t size);
    void answer(const ss_rejected &rejected, std::string_view message);
    void wait();

    struct RingDeleter {
        void operator()(ring_buffer *ring) const;
    };

    int ring_fd_;
    HashKey tag_key_;
    RetryAfter retry_after_;
    Sender sender_;
    std::unique_ptr<ring_buffer, RingDeleter> ring_;
    boost::asio::posix::stream_descriptor ready_;
    bool started_ = false;
    RejecterCounters counters_;
};

} // namespace sipsteer::reject

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/stream.hpp"
#include "kernel/rings/filter.hpp"
#include "traffic/trace/pcapng.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::api {

/// One that packets come in on.
struct TracedInterface {
    std::uint32_t ifindex = 0;
    std::string name;
};

/// A packet of a trace, for whoever wants it.
struct TracedPacket {
    std::uint32_t ifindex = 0;
    trace::Packet packet; // but for its interface and `lost`
};

/// What one client's trace is to be.
struct TraceOrder {
    rings::Filter filter;
    std::string words; // the filter, for people
    std::uint32_t snap = 0;
    std::optional<std::uint64_t> count;
    std::optional<std::chrono::milliseconds> duration;
};

/// What a client has had so far.
struct TraceCounts {
    std::uint64_t delivered = 0;
    std::uint64_t lost_early =
        0;                       // on the way from the data plane: of all that was shown to anybody
    std::uint64_t lost_late = 0; // because the client was slow
};

/// A trace on its way to a client, as pcapng. What the client does not take in time is dropped and
/// counted, so that it costs no more than a full queue.
class TraceStream : public http::Stream {
public:
    static constexpr std::size_t kMostQueued = std::size_t{4} << 20; // bytes
    static constexpr std::size_t kPiece = std::size_t{128} << 10;    // that are sent at once

    struct Surroundings {
        std::function<std::uint64_t()> dropped;     // frames that were not shown, so far
        std::function<void(TraceStream &)> on_over; // it takes nothing any more
    };

    TraceStream(const boost::asio::any_io_executor &executor, TraceOrder order,
                const std::vector<TracedInterface> &interfaces, Surroundings surroundings);
    ~TraceStream() override;

    const TraceOrder &order() const { return order_; }
    const TraceCounts &counts() const { return counts_; }

    /// A packet that the filter wants.
    void offer(const TracedPacket &traced);

    boost::asio::awaitable<std::string> next() override;
    void end() override;

private:
    using Clock = std::chrono::steady_clock;

    std::uint32_t interface_number(std::uint32_t ifindex);
    void describe_interface(const TracedInterface &interface);
    void queue(std::string block);
    std::string take_piece();
    void note_losses();
    std::string statistics() const;
    Clock::time_point wake_time() const;

    TraceOrder order_;
    Surroundings surroundings_;
    boost::asio::steady_timer wake_;
    std::optional<Clock::time_point> deadline_;
    std::map<std::uint32_t, std::uint32_t> interfaces_; // number by ifindex
    std::deque<std::string> pieces_;                    // whole blocks
    std::size_t queued_ = 0;                            // bytes of them
    TraceCounts counts_;
    std::uint64_t dropped_;        // by the data plane, as far as it is in the counts
    std::uint64_t unreported_ = 0; // lost since the last packet
    bool over_ = false;
    bool closed_ = false; // the last block was given out
};

} // namespace sipsteer::api

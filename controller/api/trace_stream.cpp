// SPDX-License-Identifier: Apache-2.0
#include "api/trace_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <net/if.h>
#include <utility>

namespace sipsteer::api {

namespace {

/// Counts are sent when nothing else is for so long: only by sending is it noticed that a client's
/// machine has gone.
constexpr std::chrono::seconds kLongestPause{15};

std::uint64_t now_since_1970() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

/// Of one that was made after the trace began.
std::string name_of(std::uint32_t ifindex) {
    char name[IF_NAMESIZE] = {};
    return ::if_indextoname(ifindex, name) != nullptr ? name
                                                      : "interface" + std::to_string(ifindex);
}

} // namespace

TraceStream::TraceStream(const boost::asio::any_io_executor &executor, TraceOrder order,
                         const std::vector<TracedInterface> &interfaces, Surroundings surroundings)
    : order_(std::move(order)), surroundings_(std::move(surroundings)), wake_(executor),
      dropped_(surroundings_.dropped()) {
    if (order_.duration) {
        deadline_ = Clock::now() + *order_.duration;
    }
    queue(trace::section_header("sipsteerd " SIPSTEER_VERSION, order_.words));
    for (const auto &interface : interfaces) {
        describe_interface(interface);
    }
}

TraceStream::~TraceStream() {
    end();
}

void TraceStream::describe_interface(const TracedInterface &interface) {
    interfaces_.emplace(interface.ifindex, static_cast<std::uint32_t>(interfaces_.size()));
    queue(trace::interface_description(interface.name, order_.snap));
}

std::uint32_t TraceStream::interface_number(std::uint32_t ifindex) {
    if (interfaces_.count(ifindex) == 0) {
        describe_interface({ifindex, name_of(ifindex)});
    }
    return interfaces_.at(ifindex);
}

void TraceStream::offer(const TracedPacket &traced) {
    if (over_) {
        return;
    }
    if (queued_ + traced.packet.bytes.size() > kMostQueued) {
        ++counts_.lost_late;
        ++unreported_;
        return;
    }
    trace::Packet packet = traced.packet;
    packet.interface = interface_number(traced.ifindex);
    packet.bytes = packet.bytes.substr(0, order_.snap);
    packet.lost = std::exchange(unreported_, 0);
    queue(trace::enhanced_packet(packet));
    if (++counts_.delivered == order_.count) {
        end();
    } else {
        wake_.cancel();
    }
}

void TraceStream::queue(std::string block) {
    queued_ += block.size();
    if (!pieces_.empty() && pieces_.back().size() + block.size() <= kPiece) {
        pieces_.back() += block;
    } else {
        pieces_.push_back(std::move(block));
    }
}

std::string TraceStream::take_piece() {
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    queued_ -= piece.size();
    return piece;
}

void TraceStream::note_losses() {
    const auto dropped = surroundings_.dropped();
    counts_.lost_early += dropped - dropped_;
    unreported_ += dropped - dropped_;
    dropped_ = dropped;
}

std::string TraceStream::statistics() const {
    trace::Statistics statistics;
    statistics.time = now_since_1970();
    statistics.delivered = counts_.delivered;
    statistics.dropped_early = counts_.lost_early;
    statistics.dropped_late = counts_.lost_late;
    statistics.received = statistics.delivered + statistics.lost();
    return trace::interface_statistics(statistics, "of all interfaces together");
}

TraceStream::Clock::time_point TraceStream::wake_time() const {
    const auto heartbeat = Clock::now() + kLongestPause;
    return deadline_ ? std::min(heartbeat, *deadline_) : heartbeat;
}

boost::asio::awaitable<std::string> TraceStream::next() {
    if (pieces_.empty() && !over_) {
        boost::system::error_code woken;
        wake_.expires_at(wake_time());
        co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    }
    if (deadline_ && Clock::now() >= *deadline_) {
        end();
    }
    if (!over_) {
        note_losses();
    }
    if (!pieces_.empty()) {
        co_return take_piece();
    }
    if (over_ && std::exchange(closed_, true)) {
        co_return std::string();
    }
    co_return statistics();
}

void TraceStream::end() {
    if (std::exchange(over_, true)) {
        return;
    }
    note_losses();
    surroundings_.on_over(*this);
    wake_.cancel();
}

} // namespace sipsteer::api

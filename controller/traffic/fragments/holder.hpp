// SPDX-License-Identifier: Apache-2.0
//
// Holds the fragments that overtook their datagram's first one (bpf/net/fragments.h hands them
// over) and sends them to its server once the data plane tells that it has passed. In one turn of
// the event loop so much is done and no more.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/maps.hpp"
#include "packets/packet_socket.hpp"
#include "traffic/fragments/store.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

struct ring_buffer;

namespace sipsteer::fragments {

/// All only grow.
struct HolderCounters {
    std::uint64_t held = 0;     // fragments taken over from the data plane
    std::uint64_t released = 0; // sent to their server
    std::uint64_t expired = 0;  // the first fragment did not come in time
    std::uint64_t no_room =
        0;                    // given up for later ones: held_bytes were taken, or half by a source
    std::uint64_t failed = 0; // could not be sent
    std::uint64_t misfits = 0;  // do not fit the first fragment of their datagram
    std::uint64_t unwanted = 0; // of a datagram that no server got; what is behind it is dropped
};

/// What has become of a fragment that was held.
struct Settled {
    const HeldFrame &held;              // as it came in
    std::optional<ss_fragment> first;   // of its datagram; nothing: it has not come
    std::optional<packets::Bytes> sent; // as it was sent to the server; nothing: it was given up
};

class Holder {
public:
    using Watch = std::function<void(const Settled &)>;

    Holder(boost::asio::io_context &io, const dataplane::Maps &maps,
           const config::Fragments &bounds);
    ~Holder();

    Status start();

    /// Who is told of each fragment when it is settled.
    void set_watch(Watch watch) { watch_ = std::move(watch); }

    const HolderCounters &counters() const { return counters_; }
    std::size_t bytes() const { return store_.bytes(); }

private:
    static int on_record(void *self, void *data, std::size_t size);
    void wait();
    void rest();
    void read();
    void hold(HeldFrame frame);
    std::optional<ss_fragment> first_of(const ss_fragment_key &key) const;
    void release(const ss_held_first &notice);
    void arm();
    void expire();
    void settle(const HeldFrame &frame, const ss_fragment &first);
    std::optional<packets::Bytes> send(const HeldFrame &frame, std::uint32_t server_index);
    std::uint8_t code_of(const ss_fragment_key &fragment) const;
    void tell(const Settled &settled) const;

    struct RingDeleter {
        void operator()(ring_buffer *ring) const;
    };

    const dataplane::Maps &maps_;
    std::uint32_t lifetime_; // fragment ticks
    Store store_;
    packets::PacketSocket socket_;
    std::unique_ptr<ring_buffer, RingDeleter> ring_;
    boost::asio::posix::stream_descriptor ready_;
    std::array<ss_held_first, 32> told_{}; // the latest notices
    std::size_t next_told_ = 0;
    std::size_t in_turn_ = 0;         // handled in this turn of the event loop
    boost::asio::steady_timer pause_; // until the ring is looked at again
    boost::asio::steady_timer timer_; // until the oldest fragment has waited too long
    bool armed_ = false;
    HolderCounters counters_;
    Watch watch_;
};

} // namespace sipsteer::fragments

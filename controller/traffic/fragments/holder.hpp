// SPDX-License-Identifier: Apache-2.0
//
// Holds the fragments that overtook their datagram's first one (bpf/fragments.h hands them over)
// and sends them to its server once it has passed.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/maps.hpp"
#include "packets/packet_socket.hpp"
#include "traffic/fragments/store.hpp"

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
    std::uint64_t no_room = 0;  // given up for later ones: held_bytes were taken
    std::uint64_t failed = 0;   // could not be sent
    std::uint64_t misfits = 0;  // overlap what has passed of their datagram, or do not fit its end
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
    void read();
    void arm();
    void release();
    void settle(const HeldFrame &frame);
    std::optional<packets::Bytes> release(const HeldFrame &frame,
                                          std::optional<ss_fragment> &first);
    std::optional<packets::Bytes> send(const HeldFrame &frame, std::uint32_t server_index);
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
    boost::asio::steady_timer timer_;
    bool armed_ = false;
    HolderCounters counters_;
    Watch watch_;
};

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
//
// Holds the fragments that overtook their datagram's first one (bpf/fragments.h hands them over)
// and sends them to its server once it has passed.
#pragma once

#include "config/model.hpp"
#include "dataplane/maps.hpp"
#include "fragments/packet_socket.hpp"
#include "fragments/store.hpp"
#include "util/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>

struct ring_buffer;

namespace sipsteer::fragments {

/// All only grow.
struct HolderCounters {
    std::uint64_t held = 0;     // fragments taken over from the data plane
    std::uint64_t released = 0; // sent to their server
    std::uint64_t expired = 0;  // the first fragment did not come in time
    std::uint64_t no_room = 0;  // held_bytes were taken
    std::uint64_t failed = 0;   // could not be sent
    std::uint64_t misfits = 0;  // overlap what has passed of their datagram, or do not fit its end
    std::uint64_t unwanted = 0; // of a datagram that no server got; what is behind it is dropped
};

class Holder {
public:
    Holder(boost::asio::io_context &io, const dataplane::Maps &maps,
           const config::Fragments &bounds);
    ~Holder();

    Status start();

    const HolderCounters &counters() const { return counters_; }
    std::size_t bytes() const { return store_.bytes(); }

private:
    static int on_record(void *self, void *data, std::size_t size);
    void wait();
    void read();
    void arm();
    void release();
    void release(const HeldFrame &frame);
    bool send(const HeldFrame &frame, std::uint32_t server_index);

    struct RingDeleter {
        void operator()(ring_buffer *ring) const;
    };

    const dataplane::Maps &maps_;
    std::uint32_t lifetime_; // fragment ticks
    Store store_;
    PacketSocket socket_;
    std::unique_ptr<ring_buffer, RingDeleter> ring_;
    boost::asio::posix::stream_descriptor ready_;
    boost::asio::steady_timer timer_;
    bool armed_ = false;
    HolderCounters counters_;
};

} // namespace sipsteer::fragments

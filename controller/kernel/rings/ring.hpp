// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <sipsteer/tap.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

struct ring_buffer;

namespace sipsteer::rings {

/// Takes the frames that the data plane shows (sipsteer/tap.h) out of their ring, as they come. In
/// batches: whatever else waits for the io_context's thread has its turn between two of them, so a
/// flood of frames holds up nothing.
class Ring {
public:
    /// `frame`: as far as it is shown; only until the call returns.
    using Take = std::function<void(const ss_tapped &tapped, std::string_view frame)>;

    /// `ring`: the map `tapped`, which must outlive this.
    Ring(boost::asio::io_context &io, int ring, Take take);
    ~Ring();
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;

    Status start();

    /// Takes what is there now, one batch of it at most.
    void read();

private:
    struct Deleter {
        void operator()(ring_buffer *ring) const;
    };

    void wait();
    static int on_record(void *self, void *data, std::size_t size);

    int ring_fd_;
    Take take_;
    std::unique_ptr<ring_buffer, Deleter> ring_;
    boost::asio::posix::stream_descriptor ready_; // libbpf's own
    std::size_t left_ = 0;                        // of a batch
};

} // namespace sipsteer::rings

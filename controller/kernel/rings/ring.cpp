// SPDX-License-Identifier: Apache-2.0
#include "kernel/rings/ring.hpp"

#include <bpf/libbpf.h>
#include <cstring>

namespace sipsteer::rings {

namespace {

constexpr std::size_t kBatch = 256; // frames; a millisecond or so

} // namespace

void Ring::Deleter::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

Ring::Ring(boost::asio::io_context &io, int ring, Take take)
    : ring_fd_(ring), take_(std::move(take)), ready_(io) {}

Ring::~Ring() {
    if (ready_.is_open()) {
        (void)ready_.release();
    }
}

Status Ring::start() {
    ring_.reset(ring_buffer__new(ring_fd_, on_record, this, nullptr));
    if (!ring_) {
        return system_error("cannot read the ring of tapped frames");
    }
    boost::system::error_code failed;
    ready_.assign(ring_buffer__epoll_fd(ring_.get()), failed);
    if (failed) {
        return Error{"cannot wait for tapped frames: " + failed.message()};
    }
    wait();
    return Done{};
}

/// If more is there, the descriptor is ready again at once, but behind what else waits by now.
void Ring::wait() {
    ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code &failed) {
                          if (!failed) {
                              read();
                              wait();
                          }
                      });
}

/// libbpf stops at a record that was taken with a result below 0.
void Ring::read() {
    left_ = kBatch;
    (void)ring_buffer__consume(ring_.get());
}

int Ring::on_record(void *self, void *data, std::size_t size) {
    auto &ring = *static_cast<Ring *>(self);
    const int result = --ring.left_ == 0 ? -1 : 0;
    ss_tapped tapped;
    if (size < sizeof(tapped)) {
        return result;
    }
    std::memcpy(&tapped, data, sizeof(tapped));
    if (size < sizeof(tapped) + tapped.length) {
        return result;
    }
    const auto *frame = static_cast<const char *>(data) + sizeof(tapped);
    ring.take_(tapped, {frame, tapped.length});
    return result;
}

} // namespace sipsteer::rings

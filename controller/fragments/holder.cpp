// SPDX-License-Identifier: Apache-2.0
#include "fragments/holder.hpp"

#include "dataplane/fragment_time.hpp"
#include "dataplane/map_access.hpp"

#include <bpf/libbpf.h>

#include <cstring>

namespace sipsteer::fragments {

namespace {

/// How often the first fragments are looked for while something is held.
constexpr std::chrono::milliseconds kLookPeriod{2};

} // namespace

void Holder::RingDeleter::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

Holder::Holder(boost::asio::io_context &io, const dataplane::Maps &maps,
               const config::Fragments &bounds)
    : maps_(maps), lifetime_(dataplane::fragment_ticks(bounds.timeout)),
      store_(bounds.held_bytes, lifetime_), ready_(io), timer_(io) {}

Holder::~Holder() {
    if (ready_.is_open()) {
        (void)ready_.release(); // libbpf's own
    }
}

Status Holder::start() {
    if (auto opened = socket_.open(); !opened) {
        return opened;
    }
    ring_.reset(ring_buffer__new(maps_.held(), on_record, this, nullptr));
    if (!ring_) {
        return system_error("cannot read the ring of held fragments");
    }
    boost::system::error_code failed;
    ready_.assign(ring_buffer__epoll_fd(ring_.get()), failed);
    if (failed) {
        return Error{"cannot wait for held fragments: " + failed.message()};
    }
    read(); // what came while no daemon ran
    wait();
    return Done{};
}

void Holder::wait() {
    ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code &failed) {
                          if (!failed) {
                              read();
                              wait();
                          }
                      });
}

void Holder::read() {
    (void)ring_buffer__consume(ring_.get());
    release(); // the first fragment may have passed meanwhile
}

int Holder::on_record(void *self, void *data, std::size_t size) {
    auto &holder = *static_cast<Holder *>(self);
    HeldFrame frame;
    if (size < sizeof(frame.held)) {
        return 0;
    }
    std::memcpy(&frame.held, data, sizeof(frame.held));
    const auto *bytes = static_cast<const std::uint8_t *>(data) + sizeof(frame.held);
    if (size < sizeof(frame.held) + frame.held.length) {
        return 0;
    }
    frame.frame.assign(bytes, bytes + frame.held.length);
    holder.counters_.held++;
    if (!holder.store_.add(std::move(frame))) {
        holder.counters_.no_room++;
    }
    return 0;
}

void Holder::arm() {
    if (armed_ || store_.empty()) {
        return;
    }
    armed_ = true;
    timer_.expires_after(kLookPeriod);
    timer_.async_wait([this](const boost::system::error_code &failed) {
        armed_ = false;
        if (!failed) {
            release();
        }
    });
}

void Holder::release() {
    const auto passed = [this](const ss_fragment_key &key) {
        const auto first = dataplane::read_value<ss_fragment>(maps_.fragments(), key);
        return first && dataplane::fragment_now() - first->since <= lifetime_;
    };
    for (const auto &frame : store_.take(passed)) {
        if (unwanted(frame)) {
            counters_.unwanted++;
        } else if (send(frame)) {
            counters_.released++;
        } else {
            counters_.failed++;
        }
    }
    counters_.expired += store_.expire(dataplane::fragment_now());
    arm();
}

bool Holder::unwanted(const HeldFrame &frame) const {
    const auto first = dataplane::read_value<ss_fragment>(maps_.fragments(), frame.held.key);
    return first && (first->server == SS_FRAGMENT_PASS || first->server == SS_FRAGMENT_DROP);
}

bool Holder::send(const HeldFrame &frame) {
    const auto first = dataplane::read_value<ss_fragment>(maps_.fragments(), frame.held.key);
    if (!first) {
        return false;
    }
    const auto server =
        dataplane::read_value<ss_server>(maps_.servers(), std::uint32_t{first->server});
    if (!server || !(server->flags & SS_SERVER_FORWARD)) {
        return false;
    }
    const auto out = frame_for_server(frame.held, frame.frame, *server);
    return out && socket_.send(*out, server->ifindex);
}

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/holder.hpp"

#include "kernel/dataplane/fragment_time.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/fragment_parts.h>

#include <bpf/libbpf.h>

#include <cstring>

namespace sipsteer::fragments {

namespace {

/// How often the first fragments are looked for while something is held.
constexpr std::chrono::milliseconds kLookPeriod{2};

/// Its first fragment was passed to the kernel or dropped. A frame cannot be put back to the kernel
/// as one that came in, so of a passed datagram what overtook the first is lost.
bool is_unwanted(const ss_fragment &first) {
    return first.server == SS_FRAGMENT_PASS || first.server == SS_FRAGMENT_DROP;
}

/// Notes that a fragment goes to the datagram's server, as the data plane does with those it sends
/// (bpf/fragments.h); false if it does not fit the others. A note that the data plane makes in the
/// same microsecond may be lost: then the entry stays until its time is over.
bool note(int fragments, const ss_held &held, ss_fragment &datagram) {
    const int noted = ss_fragment_note_part(&datagram, held.start, held.end, held.last);
    if (noted == SS_FRAGMENT_WHOLE) {
        bpf_map_delete_elem(fragments, &held.key);
    } else if (noted == SS_FRAGMENT_NOTED) {
        bpf_map_update_elem(fragments, &held.key, &datagram, BPF_EXIST);
    }
    return noted != SS_FRAGMENT_MISFIT;
}

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
    if (auto opened = socket_.open(packets::PacketSocket::Path::Direct); !opened) {
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
    for (const auto &given_up : holder.store_.add(std::move(frame))) {
        holder.counters_.no_room++;
        holder.tell({given_up, std::nullopt, std::nullopt});
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
        settle(frame);
    }
    for (const auto &frame : store_.expire(dataplane::fragment_now())) {
        counters_.expired++;
        tell({frame, std::nullopt, std::nullopt});
    }
    arm();
}

void Holder::settle(const HeldFrame &frame) {
    auto first = dataplane::read_value<ss_fragment>(maps_.fragments(), frame.held.key);
    auto sent = release(frame, first);
    tell({frame, first, std::move(sent)});
}

std::optional<packets::Bytes> Holder::release(const HeldFrame &frame,
                                              std::optional<ss_fragment> &first) {
    if (!first) {
        counters_.failed++; // the datagram was whole without it, or its time is over
        return std::nullopt;
    }
    if (is_unwanted(*first)) {
        counters_.unwanted++;
        return std::nullopt;
    }
    if (!note(maps_.fragments(), frame.held, *first)) {
        counters_.misfits++;
        return std::nullopt;
    }
    auto sent = send(frame, first->server);
    (sent ? counters_.released : counters_.failed)++;
    return sent;
}

std::optional<packets::Bytes> Holder::send(const HeldFrame &frame, std::uint32_t server_index) {
    const auto server = dataplane::read_value<ss_server>(maps_.servers(), server_index);
    if (!server || !(server->flags & SS_SERVER_FORWARD)) {
        return std::nullopt;
    }
    auto out = frame_for_server(frame.held, frame.frame, *server);
    return out && socket_.send(*out, server->ifindex) == 0 ? std::move(out) : std::nullopt;
}

void Holder::tell(const Settled &settled) const {
    if (watch_) {
        watch_(settled);
    }
}

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/holder.hpp"

#include "kernel/dataplane/fragment_time.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sipsteer::fragments {

namespace {

/// The ring is read no more often than this, so that a flood costs few turns of the event loop. A
/// fragment that overtook its first one is sent that much later at most.
constexpr std::chrono::milliseconds kReadPause{2};

/// Fragments and notices to handle in a turn of the event loop: well below a millisecond of a
/// flood. A notice for a datagram that has fragments counts as many as they are.
constexpr std::size_t kMostInTurn = 256;

/// A fragment that was on its way to the ring when its first one came is behind the notice by less.
constexpr std::uint32_t kToldTicks = 20;

/// Fragments whose time is over are looked for no more often than this.
constexpr std::chrono::milliseconds kExpirePause{10};

/// Its first fragment was passed to the kernel or dropped. A frame cannot be put back to the kernel
/// as one that came in, so of a passed datagram what overtook the first is lost.
bool is_unwanted(const ss_fragment &first) {
    return first.server == SS_FRAGMENT_PASS || first.server == SS_FRAGMENT_DROP;
}

} // namespace

void Holder::RingDeleter::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

Holder::Holder(boost::asio::io_context &io, const dataplane::Maps &maps,
               const config::Fragments &bounds)
    : maps_(maps), lifetime_(dataplane::fragment_ticks(bounds.timeout)),
      store_(bounds.held_bytes, lifetime_), ready_(io), pause_(io), timer_(io) {}

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
    wait(); // for what came while no daemon ran, too
    return Done{};
}

void Holder::wait() {
    ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code &failed) {
                          if (!failed) {
                              read();
                              rest();
                          }
                      });
}

/// Others have the event loop now. The ring is waited for after that: what it has by then counts.
void Holder::rest() {
    pause_.expires_after(kReadPause);
    pause_.async_wait([this](const boost::system::error_code &failed) {
        if (!failed) {
            wait();
        }
    });
}

void Holder::read() {
    in_turn_ = 0;
    (void)ring_buffer__consume(ring_.get()); // until on_record() ends it: what is left stays
    arm();
}

int Holder::on_record(void *self, void *data, std::size_t size) {
    auto &holder = *static_cast<Holder *>(self);
    ss_held_first record{}; // of a held fragment only the head
    if (size < sizeof(record.held)) {
        return 0;
    }
    std::memcpy(&record, data, std::min(size, sizeof(record)));
    const auto &held = record.held;
    if (held.length == 0 && size >= sizeof(record)) {
        holder.release(record);
    } else if (held.length != 0 && size >= sizeof(held) + held.length) {
        const auto *bytes = static_cast<const std::uint8_t *>(data) + sizeof(held);
        holder.hold({held, packets::Bytes(bytes, bytes + held.length)});
    }
    return ++holder.in_turn_ < kMostInTurn ? 0 : -ECANCELED;
}

/// The first fragment may have come after the data plane looked for it, and told of what was held
/// before.
void Holder::hold(HeldFrame frame) {
    counters_.held++;
    if (const auto first = first_of(frame.held.key)) {
        settle(frame, *first);
        return;
    }
    for (const auto &given_up : store_.add(std::move(frame))) {
        counters_.no_room++;
        tell({given_up, std::nullopt, std::nullopt});
    }
}

/// Nothing if it has not come. That of a datagram that was whole with it is only among the notices.
std::optional<ss_fragment> Holder::first_of(const ss_fragment_key &key) const {
    const std::uint32_t now = dataplane::fragment_now();
    const auto known = dataplane::read_value<ss_fragment>(maps_.fragments(), key);
    if (known && now - known->since <= lifetime_) {
        return known;
    }
    for (const auto &notice : told_) {
        if (now - notice.held.since <= kToldTicks &&
            std::memcmp(&notice.held.key, &key, sizeof(key)) == 0) {
            return notice.first;
        }
    }
    return std::nullopt;
}

void Holder::release(const ss_held_first &notice) {
    told_[next_told_++ % told_.size()] = notice;
    const auto frames = store_.take(notice.held.key);
    in_turn_ += frames.size();
    for (const auto &frame : frames) {
        if (notice.held.last != 0) {
            counters_.misfits++;
            tell({frame, notice.first, std::nullopt});
        } else {
            settle(frame, notice.first);
        }
    }
}

void Holder::arm() {
    const auto due = store_.due(dataplane::fragment_now());
    if (armed_ || !due) {
        return;
    }
    armed_ = true;
    timer_.expires_after(std::max(kExpirePause, dataplane::fragment_span(*due)));
    timer_.async_wait([this](const boost::system::error_code &failed) {
        armed_ = false;
        if (!failed) {
            expire();
        }
    });
}

void Holder::expire() {
    for (const auto &frame : store_.expire(dataplane::fragment_now(), kMostInTurn)) {
        counters_.expired++;
        tell({frame, std::nullopt, std::nullopt});
    }
    arm();
}

void Holder::settle(const HeldFrame &frame, const ss_fragment &first) {
    std::optional<packets::Bytes> sent;
    if (is_unwanted(first)) {
        counters_.unwanted++;
    } else {
        sent = send(frame, first.server);
        (sent ? counters_.released : counters_.failed)++;
    }
    tell({frame, first, std::move(sent)});
}

std::optional<packets::Bytes> Holder::send(const HeldFrame &frame, std::uint32_t server_index) {
    const auto server = dataplane::read_value<ss_server>(maps_.servers(), server_index);
    if (!server || !(server->flags & SS_SERVER_FORWARD)) {
        return std::nullopt;
    }
    if (server->flags & SS_SERVER_LOCAL) {
        return frame.frame; // the data plane gave it to the kernel as it came
    }
    auto out = frame_for_server(frame.held, frame.frame, *server, code_of(frame.held.key));
    return out && socket_.send(*out, server->ifindex) == 0 ? std::move(out) : std::nullopt;
}

/// What stands for the VIP on the way to servers behind routers; 0: nothing.
std::uint8_t Holder::code_of(const ss_fragment_key &fragment) const {
    ss_service_key vip{};
    std::copy(std::begin(fragment.destination), std::end(fragment.destination), vip.address);
    const auto mark = dataplane::read_value<ss_service>(maps_.services(), vip);
    return mark ? mark->dscp : 0;
}

void Holder::tell(const Settled &settled) const {
    if (watch_) {
        watch_(settled);
    }
}

} // namespace sipsteer::fragments

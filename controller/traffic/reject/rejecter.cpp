// SPDX-License-Identifier: Apache-2.0
#include "traffic/reject/rejecter.hpp"

#include "base/log.hpp"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <cstring>

namespace sipsteer::reject {

namespace {

/// Tags are seen by everybody, so they are not made with the very key of the calls' hash. The same
/// secret gives the same key: a retransmission to another director gets the same tag.
HashKey make_tag_key(const HashKey &secret) {
    return {siphash(secret, "tag of To, 0"), siphash(secret, "tag of To, 1")};
}

Address address_of(const __u8 (&bytes)[16]) {
    return Address::from_bytes(std::to_array(bytes));
}

} // namespace

void Rejecter::RingDeleter::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

Rejecter::Rejecter(boost::asio::io_context &io, int ring, const HashKey &secret,
                   RetryAfter retry_after)
    : ring_fd_(ring), tag_key_(make_tag_key(secret)), retry_after_(std::move(retry_after)),
      ready_(io) {}

Rejecter::~Rejecter() {
    if (ready_.is_open()) {
        (void)ready_.release(); // libbpf's own
    }
}

Status Rejecter::start() {
    if (auto opened = sender_.open(); !opened) {
        return opened;
    }
    ring_.reset(ring_buffer__new(ring_fd_, on_record, this, nullptr));
    if (!ring_) {
        return system_error("cannot read the ring of rejected requests");
    }
    boost::system::error_code failed;
    ready_.assign(ring_buffer__epoll_fd(ring_.get()), failed);
    if (failed) {
        return Error{"cannot wait for rejected requests: " + failed.message()};
    }
    (void)ring_buffer__consume(ring_.get()); // stale ones
    started_ = true;
    wait();
    return Done{};
}

void Rejecter::wait() {
    ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code &failed) {
                          if (!failed) {
                              (void)ring_buffer__consume(ring_.get());
                              wait();
                          }
                      });
}

int Rejecter::on_record(void *self, void *data, std::size_t size) {
    auto &rejecter = *static_cast<Rejecter *>(self);
    ss_rejected rejected;
    if (size < sizeof(rejected)) {
        return 0;
    }
    std::memcpy(&rejected, data, sizeof(rejected));
    if (size < sizeof(rejected) + rejected.length) {
        return 0;
    }
    if (!rejecter.started_) {
        rejecter.counters_.stale++;
        return 0;
    }
    const auto *text = static_cast<const char *>(data) + sizeof(rejected);
    rejecter.answer(rejected, {text, rejected.length});
    return 0;
}

void Rejecter::answer(const ss_rejected &rejected, std::string_view message) {
    const Endpoint source{address_of(rejected.source), ntohs(rejected.source_port)};
    const auto made = sip::make_response(message, source, retry_after_(rejected.pool), tag_key_);
    if (const auto *why = std::get_if<sip::Unanswered>(&made)) {
        ++(*why == sip::Unanswered::TooLong ? counters_.too_long : counters_.malformed);
        return;
    }
    const auto *response = std::get_if<sip::Response>(&made);
    const Endpoint vip{address_of(rejected.destination), ntohs(rejected.destination_port)};
    const int failed = sender_.send(vip, {source.address, response->port}, response->text);
    if (failed == 0) {
        counters_.answered++;
    } else if (counters_.not_sent++ == 0) { // the others are counted
        log::warn("reject_not_sent", {{"from", vip.address.to_string()},
                                      {"to", source.address.to_string()},
                                      {"problem", std::strerror(failed)}});
    }
}

} // namespace sipsteer::reject

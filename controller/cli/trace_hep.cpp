// SPDX-License-Identifier: Apache-2.0
#include "base/fd.hpp"
#include "cli/endpoint.hpp"
#include "cli/resolve.hpp"
#include "cli/trace_sink.hpp"
#include "sip/message.hpp"
#include "traffic/trace/assembler.hpp"
#include "traffic/trace/comment.hpp"
#include "traffic/trace/hep.hpp"

#include <sys/socket.h>

namespace sipsteer::cli {

namespace {

using packets::Datagram;
using sip::Kind;

/// A fragment that the data plane gave up: not part of what reached a server.
bool is_given_up(const trace::Packet &packet) {
    const auto fields = trace::read_comment(packet.comment);
    return trace::field_of(fields, "verdict") == "drop" &&
           trace::field_of(fields, "reason").starts_with("fragment_");
}

class HepSink : public TraceSink {
public:
    HepSink(std::string place, std::uint32_t agent) : place_(std::move(place)), agent_(agent) {}

    Status connect() {
        const auto host_and_port = parse_host_and_port(place_);
        if (!host_and_port) {
            return Error{"--hep: \"" + place_ + "\" is not HOST:PORT"};
        }
        const auto places = resolve(host_and_port->first, host_and_port->second, SOCK_DGRAM);
        if (!places) {
            return Error{"--hep: " + place_ + ": " + places.error().message};
        }
        const addrinfo &first = **places;
        socket_.reset(::socket(first.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const bool good = socket_ && ::connect(socket_.get(), first.ai_addr, first.ai_addrlen) == 0;
        return good ? Status(Done{}) : system_error("--hep: " + place_);
    }

    Status add(const trace::BlockView &, const std::optional<trace::Packet> &packet) override {
        if (!packet || is_given_up(*packet)) {
            return Done{};
        }
        const auto read = packets::read_frame(packets::Link::Ethernet, packet->bytes);
        if (const auto *datagram = std::get_if<Datagram>(&read)) {
            if (const auto whole = assembler_.add(*datagram)) {
                send(*whole, packet->time);
            }
        }
        return Done{};
    }

    Result<std::string> end() override {
        std::string words = "HEP: " + std::to_string(sent_) + " messages sent to " + place_;
        const auto incomplete = assembler_.incomplete() + assembler_.waiting();
        if (incomplete != 0) {
            words += ", " + std::to_string(incomplete) + " incomplete";
        }
        if (failed_ == 0) {
            return words;
        }
        return Error{words + ", " + std::to_string(failed_) + " not sent: " + why_};
    }

private:
    /// Keep-alives, STUN and what else is no SIP are not for a collector.
    void send(const trace::Assembler::Whole &whole, std::uint64_t time) {
        const auto message = sip::read_message(whole.payload);
        if (message.kind != Kind::Request && message.kind != Kind::Response) {
            return;
        }
        const auto &header = whole.header;
        const auto datagram = trace::hep_datagram({header.source, header.destination,
                                                   header.source_port, header.destination_port,
                                                   time, agent_, message.call_id, whole.payload});
        const bool fits = !datagram.empty();
        if (fits && ::send(socket_.get(), datagram.data(), datagram.size(), 0) >= 0) {
            ++sent_;
        } else {
            ++failed_;
            why_ = std::strerror(fits ? errno : EMSGSIZE);
        }
    }

    std::string place_;
    std::uint32_t agent_;
    Fd socket_;
    trace::Assembler assembler_;
    std::uint64_t sent_ = 0;
    std::uint64_t failed_ = 0;
    std::string why_;
};

} // namespace

Result<std::unique_ptr<TraceSink>> hep_sink(const std::string &place, std::uint32_t agent) {
    auto sink = std::make_unique<HepSink>(place, agent);
    if (const auto connected = sink->connect(); !connected) {
        return connected.error();
    }
    return std::unique_ptr<TraceSink>(std::move(sink));
}

} // namespace sipsteer::cli

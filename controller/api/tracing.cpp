// SPDX-License-Identifier: Apache-2.0
#include "api/tracing.hpp"

#include "base/log.hpp"
#include "calls/call_view.hpp"
#include "kernel/dataplane/counters.hpp"
#include "sip/message.hpp"

#include <sipsteer/call.h>

#include <algorithm>
#include <fmt/format.h>
#include <linux/bpf.h>

namespace sipsteer::api {

namespace {

using http::Problem;

/// The data plane shows at least so much of a frame: the Call-ID is to be in it, whatever a client
/// wants to have.
constexpr std::uint32_t kLeastShown = 4096;

/// First fragments whose Call-ID is kept for those that follow.
constexpr std::size_t kMostFirstFragments = 4096;

std::string words_of(const api::TraceQuery &query) {
    const auto &packets = query.packets;
    return trace::write_comment(
        {{"call_id", packets.call_id.value_or("")},
         {"source", packets.source.value_or("")},
         {"server", packets.server.value_or("")},
         {"reason", query.reason.value_or("")},
         {"sample", packets.share ? fmt::format("{}", *packets.share) : std::string()}});
}

std::variant<TraceOrder, Problem> read_order(const api::TraceQuery &query, const farm::Farm &farm,
                                             const calls::Secret &secret) {
    auto filter = read_filter(query.packets, farm, secret);
    if (const auto *problem = std::get_if<Problem>(&filter)) {
        return *problem;
    }
    TraceOrder order{std::get<rings::Filter>(std::move(filter)), words_of(query), query.snap,
                     query.count, query.duration};
    if (query.reason) {
        order.filter.reason = reason_of(*query.reason);
        if (!order.filter.reason) {
            return Problem{400,
                           "reason: \"" + *query.reason +
                               "\" is not a known reason; GET /v1/counters lists them",
                           "reason",
                           {}};
        }
    }
    return order;
}

/// What the program gave for it: enum xdp_action. A packet that is held or rejected is dropped.
std::uint64_t action_of(std::uint8_t verdict) {
    switch (verdict) {
    case SS_VERDICT_PASS:
        return XDP_PASS;
    case SS_VERDICT_TX:
        return XDP_TX;
    case SS_VERDICT_REDIRECT:
        return XDP_REDIRECT;
    default:
        return XDP_DROP;
    }
}

/// Whether a Call-ID ends where the text does, and so may go on in the next fragment: then the data
/// plane takes it for none (bpf/message/key.h).
bool is_open(const packets::Datagram &datagram, const std::string &call_id) {
    const auto text = datagram.payload.substr(0, datagram.payload.find_last_not_of(" \t") + 1);
    return (datagram.part != packets::Part::Whole || datagram.cut) && text.ends_with(call_id);
}

std::string call_id_in(const packets::Datagram &datagram) {
    auto call_id = sip::read_message(datagram.payload).call_id;
    return is_open(datagram, call_id) ? std::string() : call_id;
}

} // namespace

Tracing::Tracing(boost::asio::any_io_executor executor, rings::Taps &taps, const farm::Farm &farm,
                 const std::vector<dataplane::Attachment> &attachments, const calls::Secret &secret)
    : executor_(std::move(executor)), taps_(taps), farm_(farm), attachments_(attachments),
      secret_(secret) {
    taps_.set_taker(SS_TAP_TRACE, [this](const ss_tapped &tapped, std::string_view frame) {
        show(tapped, frame);
    });
}

std::variant<std::shared_ptr<http::Stream>, Problem> Tracing::begin(const api::TraceQuery &query) {
    if (clients_.size() >= kMostClients) {
        return Problem{503, "too many clients trace at one time", {}, {}};
    }
    auto order = read_order(query, farm_, secret_);
    if (const auto *problem = std::get_if<Problem>(&order)) {
        return *problem;
    }
    const auto leave_if_alive = [this, alive = std::weak_ptr(alive_)](TraceStream &stream) {
        if (!alive.expired()) {
            leave(stream);
        }
    };
    const auto dropped = [this, alive = std::weak_ptr(alive_), last = std::uint64_t{0}]() mutable {
        last = alive.expired() ? last : taps_.dropped(SS_TAP_TRACE);
        return last;
    };
    auto stream = std::make_shared<TraceStream>(executor_, std::get<TraceOrder>(std::move(order)),
                                                interfaces(),
                                                TraceStream::Surroundings{dropped, leave_if_alive});
    clients_.push_back(stream.get());
    if (auto set = set_tap(); !set) {
        return Problem{500, set.error().message, {}, {}}; // the stream leaves
    }
    log::info("trace_begun", {{"filter", stream->order().words}});
    return stream;
}

void Tracing::refresh() {
    if (auto set = set_tap(); !set) {
        log::warn("tap_not_set", {{"problem", set.error().message}});
    }
}

void Tracing::leave(TraceStream &stream) {
    const auto &counts = stream.counts();
    std::erase(clients_, &stream);
    ended_.packets += counts.delivered;
    ended_.lost_late += counts.lost_late;
    refresh();
    if (clients_.empty()) {
        call_ids_.clear();
        order_.clear();
    }
    log::info("trace_ended", {{"filter", stream.order().words},
                              {"packets", counts.delivered},
                              {"lost", counts.lost_early + counts.lost_late}});
}

std::vector<TracedInterface> Tracing::interfaces() const {
    std::vector<TracedInterface> interfaces;
    for (const auto &attachment : attachments_) {
        interfaces.push_back({attachment.ifindex, attachment.interface});
    }
    return interfaces;
}

Status Tracing::set_tap() {
    std::vector<const rings::Filter *> filters;
    std::uint32_t snap = kLeastShown;
    for (const auto *client : clients_) {
        filters.push_back(&client->order().filter);
        snap = std::max(snap, client->order().snap);
    }
    const auto by_key = farm_.goes_by_call_id() ? rings::ByCallKey::Yes : rings::ByCallKey::No;
    return taps_.set(SS_TAP_TRACE, rings::tap_for(filters, snap, by_key));
}

Tracing::Read Tracing::read(const ss_tapped &tapped, std::string_view frame) const {
    const auto datagram = packets::read_frame(packets::Link::Ethernet, frame);
    if (const auto *udp = std::get_if<packets::Datagram>(&datagram)) {
        if (udp->part != packets::Part::LaterFragment) {
            return {udp->source, call_id_in(*udp), udp->part == packets::Part::FirstFragment};
        }
        const auto known = call_ids_.find(tapped.key);
        return {udp->source, known == call_ids_.end() ? std::string() : known->second, false};
    }
    const auto quoted = packets::read_icmp_error(packets::Link::Ethernet, frame);
    return quoted ? Read{quoted->destination, call_id_in(*quoted), false} : Read{};
}

void Tracing::remember(std::uint64_t key, const std::string &call_id) {
    if (call_ids_.insert_or_assign(key, call_id).second) {
        order_.push_back(key);
    }
    if (order_.size() > kMostFirstFragments) {
        call_ids_.erase(order_.front());
        order_.pop_front();
    }
}

void Tracing::show(const ss_tapped &tapped, std::string_view frame) {
    const auto in_it = read(tapped, frame);
    if (in_it.first_fragment && !in_it.call_id.empty()) {
        remember(tapped.key, in_it.call_id);
    }
    const rings::Shown shown{tapped, in_it.client, in_it.call_id};
    std::string words;
    const auto clients = clients_; // one that has had enough leaves
    for (auto *client : clients) {
        if (!client->order().filter.wants(shown)) {
            continue;
        }
        if (words.empty()) {
            words = comment(tapped, in_it.call_id);
        }
        trace::Packet packet;
        packet.time = clock_.time_of(tapped.time);
        packet.bytes = frame;
        packet.length = tapped.frame;
        packet.comment = words;
        packet.queue = tapped.queue;
        packet.xdp_action = action_of(tapped.verdict);
        client->offer({tapped.ifindex, packet});
    }
}

std::string Tracing::comment(const ss_tapped &tapped, const std::string &call_id) const {
    const auto server = tapped.server < SS_MAX_SERVERS
                            ? farm_.server_name(static_cast<std::uint16_t>(tapped.server))
                            : std::nullopt;
    const bool message = tapped.message != 0;
    std::string pool = server ? server->pool : std::string();
    if (message) {
        pool = farm_.pool_name(tapped.pool);
    }
    return trace::write_comment(
        {{"service", tapped.service == SS_TAP_NO_SERVICE ? "" : farm_.service_name(tapped.service)},
         {"pool", pool},
         {"server", server ? server->server : ""},
         {"reason", dataplane::reason_label(tapped.reason)},
         {"verdict", dataplane::verdict_label(tapped.verdict)},
         {"method", message ? dataplane::method_label(tapped.method) : ""},
         {"event",
          tapped.event == SS_CALL_EVENT_NONE ? "" : dataplane::call_event_name(tapped.event)},
         {"displaced", tapped.displaced == SS_CALL_EMPTY
                           ? std::string()
                           : std::string(calls::state_name(tapped.displaced))},
         {"key", tapped.key == 0 ? std::string() : fmt::format("{:016x}", tapped.key)},
         {"call_id", call_id}});
}

void Tracing::note(const fragments::Settled &settled) {
    if (clients_.empty()) {
        return;
    }
    taps_.read(); // the first fragment was shown before
    const auto &[held, frame] = settled.held;
    ss_tapped tapped{};
    tapped.time = rings::monotonic_now();
    tapped.ifindex = held.ifindex;
    tapped.server = SS_NO_SERVER;
    tapped.service = SS_TAP_NO_SERVICE;
    tapped.reason = SS_REASON_FRAGMENT_HELD;
    tapped.verdict = settled.sent ? SS_VERDICT_HOLD : SS_VERDICT_DROP;
    if (settled.first) {
        tapped.key = settled.first->key;
        tapped.service = settled.first->service;
        tapped.server = settled.first->server;
    }
    const auto &bytes = settled.sent ? *settled.sent : frame;
    tapped.frame = static_cast<std::uint32_t>(bytes.size());
    tapped.length = tapped.frame;
    show(tapped, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

metrics::Trace Tracing::counts() const {
    auto counts = ended_;
    counts.clients = clients_.size();
    counts.lost_early = taps_.dropped(SS_TAP_TRACE);
    for (const auto *client : clients_) {
        counts.packets += client->counts().delivered;
        counts.lost_late += client->counts().lost_late;
    }
    return counts;
}

} // namespace sipsteer::api

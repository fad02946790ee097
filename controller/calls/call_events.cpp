// SPDX-License-Identifier: Apache-2.0
#include "calls/call_events.hpp"

#include "base/log.hpp"
#include "calls/call_view.hpp"
#include "kernel/dataplane/counters.hpp"
#include "packets/frame.hpp"
#include "sip/message.hpp"

#include <sipsteer/call.h>

#include <algorithm>
#include <fmt/format.h>

namespace sipsteer::calls {

namespace {

using nlohmann::json;

/// Enough for the headers; the Call-ID is at the front of all messages that people send.
constexpr std::uint32_t kSnap = 4096;

/// Calls whose Call-ID is kept for the events that come without a message of theirs.
constexpr std::size_t kMostKnown = 65'536;

json fields_of(const ss_tapped &tapped, const packets::Datagram &datagram,
               const std::string &call_id) {
    return {{"call_id", call_id},
            {"key", fmt::format("{:016x}", tapped.key)},
            {"method", dataplane::method_label(tapped.method)},
            {"reason", dataplane::reason_label(tapped.reason)},
            {"source", datagram.source.to_string()},
            {"source_port", datagram.source_port != 0 ? json(datagram.source_port) : json()}};
}

void add_server(json &fields, const std::optional<calls::ServerName> &server) {
    fields["pool"] = server ? json(server->pool) : json();
    fields["server"] = server ? json(server->server) : json();
}

/// "pool/server", as in the log; null if nobody has the index.
json word_of(const std::optional<calls::ServerName> &server) {
    return server ? json(server->pool + "/" + server->server) : json();
}

} // namespace

CallEvents::CallEvents(CallTap &tap, events::Hub &hub, ServerNameOf server_name)
    : tap_(tap), hub_(hub), server_name_(std::move(server_name)), known_(kMostKnown),
      lost_(tap_.dropped()) {}

Result<std::shared_ptr<CallEvents::Interest>> CallEvents::want(rings::Filter filter) {
    auto interest = std::make_shared<Interest>(*this, next_id_++, std::move(filter));
    interests_.push_back(interest.get());
    if (auto set = set_tap(); !set) {
        return set.error();
    }
    return interest;
}

void CallEvents::forget(std::uint32_t interest) {
    std::erase_if(interests_, [&](const auto *one) { return one->id() == interest; });
    if (auto set = set_tap(); !set) {
        log::warn("tap_not_set", {{"problem", set.error().message}});
    }
    if (interests_.empty()) {
        known_.clear();
    }
}

Status CallEvents::set_tap() {
    std::vector<const rings::Filter *> filters;
    for (const auto *interest : interests_) {
        filters.push_back(&interest->filter());
    }
    return tap_.set(rings::tap_for(filters, kSnap, rings::ByCallKey::No));
}

void CallEvents::take(const ss_tapped &tapped, std::string_view frame) {
    const auto read = packets::read_frame(packets::Link::Ethernet, frame);
    const auto *datagram = std::get_if<packets::Datagram>(&read);
    if (datagram == nullptr) {
        return;
    }
    const auto call_id = call_id_of(tapped, *datagram);
    auto audience = audience_of({tapped, datagram->source, call_id});
    publish_gone(tapped, call_id, audience); // who wants that call may not want this one
    if (audience.empty()) {
        return;
    }
    if (tapped.event != SS_CALL_EVENT_NONE) {
        auto fields = fields_of(tapped, *datagram, call_id);
        add_server(fields, server_of(tapped));
        publish_to(audience, dataplane::call_event_name(tapped.event), std::move(fields));
    }
    known_.remember({ss_call_position(tapped.key, tapped.pool), call_id, std::move(audience)});
}

/// A fragmented message does its work with the fragment that makes it whole. The first one, which
/// has the Call-ID, has been shown before.
std::string CallEvents::call_id_of(const ss_tapped &tapped,
                                   const packets::Datagram &datagram) const {
    return datagram.part == packets::Part::LaterFragment
               ? known_.call_id_at(ss_call_position(tapped.key, tapped.pool))
               : sip::read_message(datagram.payload).call_id;
}

Audience CallEvents::audience_of(const rings::Shown &shown) const {
    Audience audience;
    for (const auto *interest : interests_) {
        if (interest->filter().wants(shown)) {
            audience.push_back(interest->id());
        }
    }
    return audience;
}

/// Those who want events of all calls of one of the servers, even if nothing was seen of a call.
Audience CallEvents::audience_of_all(std::initializer_list<std::uint32_t> servers) const {
    Audience audience;
    for (const auto *interest : interests_) {
        if (std::any_of(servers.begin(), servers.end(), [&](std::uint32_t server) {
                return interest->filter().wants_all_of(static_cast<std::uint16_t>(server));
            })) {
            audience.push_back(interest->id());
        }
    }
    return audience;
}

std::optional<calls::ServerName> CallEvents::server_of(const ss_tapped &tapped) const {
    return tapped.server < SS_MAX_SERVERS ? server_name_(static_cast<std::uint16_t>(tapped.server))
                                          : std::nullopt;
}

/// To the hub an empty audience is everybody; here it is nobody.
void CallEvents::publish_to(Audience audience, std::string_view type, json fields) {
    if (!audience.empty()) {
        hub_.publish_to(std::move(audience), type, std::move(fields));
    }
}

/// The call whose place in the table this one took, if it took one's: displaced, or expired before
/// the sweep came by (but for a closing one: that has had its event). Its Call-ID is null if
/// nothing was seen of it.
void CallEvents::publish_gone(const ss_tapped &tapped, const std::string &call_id,
                              Audience audience) {
    const bool displaced = tapped.displaced != SS_CALL_EMPTY;
    if (!displaced && (tapped.expired == SS_CALL_EMPTY || tapped.expired == SS_CALL_CLOSING)) {
        return;
    }
    const auto server = server_of(tapped);
    json gone{{"call_id", nullptr},
              {"pool", server ? json(server->pool) : json()},
              {"state", calls::state_name(displaced ? tapped.displaced : tapped.expired)},
              {"made_room_for", call_id}};
    if (const auto known = take_gone(tapped)) {
        gone["call_id"] = known->call_id;
        add_to(audience, known->audience);
    }
    publish_to(std::move(audience), displaced ? "call_displaced" : "call_expired", std::move(gone));
}

/// Its place was in one of the two buckets of the call that has it now.
std::optional<KnownCall> CallEvents::take_gone(const ss_tapped &tapped) {
    const auto position = ss_call_position(tapped.key, tapped.pool);
    const std::uint32_t buckets = tap_.buckets();
    const std::uint32_t first = ss_call_first_bucket(position, buckets);
    const std::uint32_t other =
        ss_call_other_bucket(first, ss_call_position_tag(position), buckets);
    const __u64 entry = ss_call_make(tapped.gone, 0, 0, 0);
    auto known = known_.take({entry, first, buckets});
    return known ? known : known_.take({entry, other, buckets});
}

/// A call that was closing has had its event: it ended.
void CallEvents::note_expired(const calls::Placed &removed) {
    if (!wanted()) {
        return;
    }
    const __u64 entry = removed.entry;
    const auto known = known_.take(removed);
    if (ss_call_state(entry) == SS_CALL_CLOSING) {
        return;
    }
    auto audience = audience_of_all({ss_call_server(entry)});
    if (known) {
        add_to(audience, known->audience);
    }
    json fields{{"call_id", known ? json(known->call_id) : json()},
                {"state", calls::state_name(ss_call_state(entry))}};
    add_server(fields, server_name_(static_cast<std::uint16_t>(ss_call_server(entry))));
    publish_to(std::move(audience), "call_expired", std::move(fields));
}

bool CallEvents::note_rehomed(const calls::Placed &call, std::uint16_t to) {
    const auto from = static_cast<std::uint16_t>(ss_call_server(call.entry));
    auto audience = audience_of_all({from, to});
    const auto *known = known_.find(call);
    if (known != nullptr) {
        add_to(audience, known->audience);
    }
    if (audience.empty()) {
        return false;
    }
    const auto before = server_name_(from);
    const auto after = server_name_(to);
    json fields{{"call_id", known != nullptr ? json(known->call_id) : json()},
                {"state", calls::state_name(ss_call_state(call.entry))},
                {"from", word_of(before)},
                {"to", word_of(after)}};
    add_server(fields, after);
    publish_to(std::move(audience), "call_rehomed", std::move(fields));
    return true;
}

void CallEvents::note_losses() {
    const auto lost = tap_.dropped();
    const auto forgotten = known_.forgotten();
    if (interests_.empty() || (lost == lost_ && forgotten == forgotten_)) {
        return;
    }
    Audience everybody;
    for (const auto *interest : interests_) {
        everybody.push_back(interest->id());
    }
    publish_to(std::move(everybody), "call_events_lost",
               {{"count", lost - lost_}, {"forgotten", forgotten - forgotten_}});
    lost_ = lost;
    forgotten_ = forgotten;
}

} // namespace sipsteer::calls

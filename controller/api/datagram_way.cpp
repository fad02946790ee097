// SPDX-License-Identifier: Apache-2.0
#include "api/datagram_way.hpp"

#include "api/call_lookup.hpp"
#include "api/guard_requests.hpp"
#include "farm/guard.hpp"
#include "farm/plan/service_guard.hpp"
#include "kernel/dataplane/counters.hpp"
#include "sip/finder.h"
#include "traffic/capture/capture.hpp"
#include "traffic/explain/answer.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>
#include <utility>

namespace sipsteer::api {

namespace {

using api::Answer;
using http::Problem;
using nlohmann::json;
using packets::Datagram;
using packets::Part;
using plan::PlannedService;

json text_json(const std::optional<std::string> &text) {
    return text ? json(*text) : json(nullptr);
}

Address address_of(const PlannedService &service) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy(std::begin(service.key.address), std::end(service.key.address), bytes.begin());
    return Address::from_bytes(bytes);
}

/// Where a datagram of a capture was sent to.
class Services {
public:
    /// `only`: all datagrams to its port are taken as sent to it. Null: datagrams to any service.
    Services(const farm::World &world, const PlannedService *only)
        : services_(world.plan.services), only_(only) {}

    const PlannedService *find(const Datagram &datagram) const {
        if (only_ != nullptr) {
            return is_to_port(datagram, *only_) ? only_ : nullptr;
        }
        const auto found =
            std::find_if(services_.begin(), services_.end(), [&](const PlannedService &service) {
                return !service.is_marker() && is_to_port(datagram, service) &&
                       address_of(service) == datagram.destination;
            });
        return found == services_.end() ? nullptr : &*found;
    }

private:
    /// A later fragment has no port: it may be to any.
    static bool is_to_port(const Datagram &datagram, const PlannedService &service) {
        return datagram.part == Part::LaterFragment ||
               htons(datagram.destination_port) == service.key.port;
    }

    const std::vector<PlannedService> &services_;
    const PlannedService *only_;
};

json end_json(const Address &address, std::uint16_t port) {
    return {{"address", address.to_string()}, {"port", port == 0 ? json(nullptr) : json(port)}};
}

/// Nothing, if what is captured does not say where the datagram goes: later fragments follow the
/// first one, and that without a Call-ID may have ended before it.
std::optional<sip::Message> read_captured(const Datagram &datagram) {
    if (datagram.cut || datagram.part == Part::LaterFragment) {
        return std::nullopt;
    }
    const bool whole = datagram.part == Part::Whole;
    auto message =
        whole ? sip::read_message(datagram.payload) : sip::read_first_fragment(datagram.payload);
    message.source = datagram.source;
    return whole || !message.call_id.empty() ? std::optional(std::move(message)) : std::nullopt;
}

json captured_json(const farm::World &world, const Services &services,
                   const capture::CapturedDatagram &captured) {
    const Datagram &datagram = captured.datagram;
    json entry = {{"frame", captured.frame},
                  {"time_unix", captured.time},
                  {"source", end_json(datagram.source, datagram.source_port)},
                  {"destination", end_json(datagram.destination, datagram.destination_port)},
                  {"part", packets::part_name(datagram.part)},
                  {"cut", datagram.cut},
                  {"way", nullptr}};
    if (const auto message = read_captured(datagram)) {
        entry["way"] = datagram_way(world, *services.find(datagram), *message);
    }
    return entry;
}

auto find_pool(const farm::World &world, std::uint16_t index) {
    return std::find_if(world.plan.pools.begin(), world.plan.pools.end(),
                        [&](const auto &pool) { return pool.index == index; });
}

/// Whether a pool's calls have one with the message's Call-ID.
bool has_call(const farm::World &world, std::uint16_t index, const sip::Message &message) {
    const auto pool = find_pool(world, index);
    if (pool == world.plan.pools.end()) {
        return false;
    }
    const auto key = calls::make_key(world.secret, message, ss_pool{}); // by the Call-ID alone
    const auto entry = farm::locate(world, *pool, *key.table);
    return entry && !entry->expired;
}

/// Whether a pool has the call that a request names.
bool has_named(const farm::World &world, std::uint16_t index, const sip::Message &message) {
    const auto pool = find_pool(world, index);
    const auto named = message.named ? sip::message_of(*message.named) : std::nullopt;
    return pool != world.plan.pools.end() && named && has_call(world, index, *named);
}

/// Whether a server of a pool sent what a response answers.
bool has_sender(const farm::World &world, std::uint16_t index, const sip::Message &message) {
    const auto pool = find_pool(world, index);
    return pool != world.plan.pools.end() && explain::sender_of(world, *pool, message);
}

/// ss_which_pool() of bpf/choose/which_pool.h.
std::uint16_t which_pool(const farm::World &world, const PlannedService &service,
                         const sip::Message &message) {
    const auto &pools = service.value.pool;
    const std::uint16_t own = pools[message.asked];
    const bool begins = message.kind == sip::Kind::Request && !message.in_dialog &&
                        finder_event_in_dialog(message.method) != finder_event_of(message.method);
    if (service.value.by_method == 0 || message.call_id.empty()) {
        return own;
    }
    const auto pool_that = [&](auto has) {
        const auto *found = std::find_if(std::begin(pools), std::end(pools), [&](auto index) {
            return index != own && has(world, index, message);
        });
        return has(world, own, message) || found == std::end(pools) ? own : *found;
    };
    const std::uint16_t sender = pool_that(has_sender);
    if (sender != own || message.method == SS_METHOD_REGISTER) {
        return sender;
    }
    return pool_that(begins ? has_named : has_call);
}

json guard_way(const farm::World &world, const PlannedService &service,
               const sip::Message &message) {
    return world.guard == nullptr || !message.source
               ? json(nullptr)
               : guard_answer_json(*world.guard, service.value.id, *message.source);
}

/// Who a source is to the guard of a service.
const char *standing_of(const farm::World &world, const PlannedService &service,
                        const Address &source) {
    if (world.guard->answer(service.value.id, source).action == SS_GUARD_TRUST) {
        return "trusted";
    }
    return world.guard->is_known(service.value.id, source, service.limits.known_for, world.now)
               ? "known"
               : "stranger";
}

/// Whether a request passes for the entry that its call has: ss_judges_method() of
/// bpf/guard/guard_strangers.h. call: of the answer, null if there is none.
bool passes_by_call(const json &call, const sip::Message &message) {
    if (call.is_null()) {
        return false;
    }
    const std::string state = call["state"];
    if (state == "early" || state == "confirmed") {
        return message.method != SS_METHOD_REGISTER && message.method != SS_METHOD_PUBLISH;
    }
    const auto event = finder_event_of(message.method);
    return state == "closing" && event != FINDER_START && event != FINDER_OTHER;
}

/// From whom a service takes a request (ss_guard_judge() of bpf/guard/guard_strangers.h); null:
/// from all.
json taken_from_json(const farm::World &world, const PlannedService &service,
                     const sip::Message &message, bool of_call) {
    const auto *from = plan::method_from(service.limits, static_cast<std::uint8_t>(message.method));
    if (world.guard == nullptr || message.kind != sip::Kind::Request || *from == '\0') {
        return nullptr;
    }
    json answer = {{"from", from},
                   {"source", nullptr},
                   {"refused", of_call ? json(false) : json(nullptr)},
                   {"observe", service.limits.observe_strangers != 0}};
    if (message.source) {
        const std::string source = standing_of(world, service, *message.source);
        const bool taken = source == "trusted" || source == from;
        answer["source"] = source;
        answer["refused"] = !of_call && !taken;
    }
    return answer;
}

/// Whether a request that the table does not have begins something: ss_judges_call().
bool begins(const sip::Message &message) {
    const auto event = finder_event_of(message.method);
    const bool in_dialog = message.in_dialog && message.method != SS_METHOD_REGISTER;
    return message.kind == sip::Kind::Request && !message.call_id.empty() && !in_dialog &&
           (event == FINDER_START || event == FINDER_OTHER);
}

/// The beginning of a User-Agent that a new call is dropped for; null if it is not.
json scanner_json(const farm::World &world, const PlannedService &service,
                  const sip::Message &message, bool of_call) {
    const bool trusted =
        world.guard != nullptr && message.source &&
        world.guard->answer(service.value.id, *message.source).action == SS_GUARD_TRUST;
    if (of_call || trusted || !message.user_agent || !begins(message)) {
        return nullptr;
    }
    return text_json(plan::scanner_of(service.limits, *message.user_agent));
}

} // namespace

json datagram_way(const farm::World &world, const PlannedService &service,
                  const sip::Message &message) {
    const std::uint16_t index = which_pool(world, service, message);
    const auto pool = find_pool(world, index);
    json answer =
        pool == world.plan.pools.end() ? json(nullptr) : explain::answer(world, *pool, message);
    const json call = answer.is_object() ? answer["call"] : json(nullptr);
    json taken_from = answer.is_null()
                          ? json(nullptr)
                          : taken_from_json(world, service, message, passes_by_call(call, message));
    const bool goes_on = !call.is_null() && (call["state"] != "other" ||
                                             finder_event_of(message.method) != FINDER_START);
    return {{"kind", sip::kind_name(message.kind)},
            {"method", dataplane::method_label(message.method)},
            {"call_id", message.call_id.empty() ? json(nullptr) : json(message.call_id)},
            {"to_user", text_json(message.to_user)},
            {"request_user", text_json(message.request_user)},
            {"via", text_json(message.sent_by)},
            {"service", service.name},
            {"guard", guard_way(world, service, message)},
            {"taken_from", std::move(taken_from)},
            {"scanner", scanner_json(world, service, message, goes_on)},
            {"pool", std::move(answer)}};
}

api::AnswerOrProblem capture_ways(const farm::World &world, const api::CaptureQuery &query) {
    const PlannedService *only = nullptr;
    if (query.service) {
        auto found = find_service(world, query.service);
        if (auto *problem = std::get_if<Problem>(&found)) {
            return *problem;
        }
        only = std::get<const PlannedService *>(found);
    }
    const Services services(world, only);
    json datagrams = json::array();
    bool more = false;
    const auto read = capture::read_bytes(
        query.file, [&](const Datagram &datagram) { return services.find(datagram) != nullptr; },
        [&](const capture::CapturedDatagram &captured) {
            more = datagrams.size() == query.limit;
            if (!more) {
                datagrams.push_back(captured_json(world, services, captured));
            }
            return !more;
        });
    if (!read || (read->frames == 0 && !read->problem.empty())) {
        const auto &problem = read ? read->problem : read.error().message;
        return Problem{400, "cannot read the capture: " + problem, {}, {}};
    }
    return Answer{200,
                  {{"frames", read->frames},
                   {"datagrams", std::move(datagrams)},
                   {"more", more},
                   {"problem", read->problem.empty() ? json(nullptr) : json(read->problem)}}};
}

} // namespace sipsteer::api

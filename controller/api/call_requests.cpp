// SPDX-License-Identifier: Apache-2.0
#include "api/call_requests.hpp"

#include "api/call_lookup.hpp"
#include "api/datagram_way.hpp"
#include "base/log.hpp"
#include "calls/clock.hpp"
#include "calls/json.hpp"
#include "calls/list.hpp"
#include "calls/lookup.hpp"
#include "traffic/explain/answer.hpp"

#include <algorithm>
#include <memory>

namespace sipsteer::api {

namespace {

using api::Answer;
using http::Problem;
using nlohmann::json;

bool has_server(const farm::World &world, const api::CallsQuery &query) {
    return std::any_of(world.plan.servers.begin(), world.plan.servers.end(), [&](const auto &s) {
        return s.id.server == *query.server && (!query.pool || s.id.pool == *query.pool);
    });
}

std::optional<Problem> check_filters(const farm::World &world, const api::CallsQuery &query) {
    if (query.pool && farm::find_pool(world.plan, *query.pool) == nullptr) {
        return unknown_pool(world, *query.pool);
    }
    if (query.server && !has_server(world, query)) {
        return Problem{400,
                       "server: there is no server \"" + *query.server + "\"" +
                           (query.pool ? " in pool " + *query.pool : ""),
                       "server",
                       {}};
    }
    if (query.state && !calls::state_of(*query.state)) {
        return Problem{400,
                       "state: \"" + *query.state +
                           "\" is not one of early, confirmed, closing, other, source",
                       "state",
                       {}};
    }
    return std::nullopt;
}

/// Whether a listing is to show the calls of a server, by its index. A name is looked up once only.
class WantedServers {
public:
    WantedServers(const farm::World &world, const api::CallsQuery &query)
        : names_(world.names), pool_(query.pool), server_(query.server), known_(SS_MAX_SERVERS) {}

    bool operator()(std::uint16_t index) {
        auto &known = known_[index];
        if (!known) {
            const auto name = names_(index);
            known = (!pool_ || (name && name->pool == *pool_)) &&
                    (!server_ || (name && name->server == *server_));
        }
        return *known;
    }

private:
    calls::NameLookup names_;
    std::optional<std::string> pool_;
    std::optional<std::string> server_;
    std::vector<std::optional<bool>> known_; // by index
};

bool is_longer(std::uint32_t ticks, const std::optional<std::uint64_t> &seconds) {
    return !seconds || calls::tick_seconds(ticks) > static_cast<std::int64_t>(*seconds);
}

calls::CallFilter make_filter(const farm::World &world, const api::CallsQuery &query) {
    const auto wanted = std::make_shared<WantedServers>(world, query);
    const auto state = query.state ? calls::state_of(*query.state) : std::nullopt;
    return [=, older = query.older_than, idle = query.idle_longer_than](const auto &call) {
        return (!state || call.state == *state) && is_longer(call.age_ticks, older) &&
               is_longer(call.idle_ticks, idle) && (*wanted)(call.server);
    };
}

json totals_json(const Counted &counted, const calls::NameLookup &names) {
    json totals = calls::to_json(counted.totals, names);
    totals["counted_seconds_ago"] =
        counted.seconds_ago ? json(*counted.seconds_ago) : json(nullptr);
    return totals;
}

Problem no_call(const api::CallQuery &query) {
    return {404,
            "there is no such call in the call table" +
                (query.pool ? " of pool " + *query.pool : ""),
            {},
            {}};
}

/// A call as it was before it was removed or moved.
json removed_json(const farm::World &world, const CallPlace &place) {
    json entry = calls::to_json(place.located.call, world.names);
    entry["pool"] = place.pool->name;
    return entry;
}

} // namespace

api::CallRequests::Result CallRequests::list(const api::CallsQuery &query) {
    const auto world = source_.world();
    if (auto problem = check_filters(world, query)) {
        return *problem;
    }
    calls::PageSize size;
    size.calls = query.limit;
    const auto page = calls::list_calls(world.tables, query.after, size, world.now, world.lifetimes,
                                        make_filter(world, query));
    json body = calls::to_json(page, world.names);
    body["totals"] = totals_json(source_.counted(), world.names);
    return Answer{200, std::move(body)};
}

CallRequests::Result CallRequests::show(const api::CallQuery &query) {
    const auto world = source_.world();
    auto asked = read_call(world, query);
    if (auto *problem = std::get_if<Problem>(&asked)) {
        return *problem;
    }
    const auto &call = std::get<AskedCall>(asked);
    json pools = json::array();
    bool found = false;
    for (const auto *pool : call.pools) {
        pools.push_back(explain::answer(world, *pool, call.message));
        found = found || pools.back()["found"].get<bool>();
    }
    return Answer{
        200, {{"call_id", call.message.call_id}, {"found", found}, {"pools", std::move(pools)}}};
}

CallRequests::Result CallRequests::remove(const api::CallQuery &query) {
    const auto world = source_.world();
    auto asked = find_places(world, query);
    if (auto *problem = std::get_if<Problem>(&asked)) {
        return *problem;
    }
    json removed = json::array();
    for (const auto &place : std::get<std::vector<CallPlace>>(asked)) {
        bool done = false;
        for (const auto &table : world.tables) { // an older entry must not come to light
            done = calls::remove_call(table.table, world.loads, place.position) || done;
        }
        if (!done) {
            continue; // it has just gone by itself
        }
        removed.push_back(removed_json(world, place));
        log::info("call_removed", {{"pool", place.pool->name},
                                   {"server", farm::server_word(world, place.located.call.server)},
                                   {"call_id", query.call_id}});
    }
    if (removed.empty()) {
        return no_call(query);
    }
    return Answer{200, {{"removed", std::move(removed)}}};
}

CallRequests::Result CallRequests::rehome(const api::CallQuery &query,
                                          const std::optional<std::string> &server) {
    const auto world = source_.world();
    auto asked = find_places(world, query);
    if (auto *problem = std::get_if<Problem>(&asked)) {
        return *problem;
    }
    const auto &places = std::get<std::vector<CallPlace>>(asked);
    if (places.empty()) {
        return no_call(query);
    }
    if (places.size() > 1) {
        return Problem{409, "more than one pool has a call with this Call-ID", "pool", {}};
    }
    const auto &place = places.front();
    auto target = server
                      ? named_target(world, place, *server,
                                     [this](const ServerId &id) { return source_.is_draining(id); })
                      : other_target(world, place);
    if (auto *problem = std::get_if<Problem>(&target)) {
        return *problem;
    }
    const auto to = std::get<std::uint16_t>(target);
    const auto from = place.located.call.server;
    if (to != from && !calls::rehome_call(world.tables[place.located.table].table, world.loads,
                                          place.position, from, to)) {
        return Problem{409, "the call has just ended or moved", {}, {}};
    }
    log::info("call_rehomed", {{"pool", place.pool->name},
                               {"from", farm::server_word(world, from)},
                               {"to", farm::server_word(world, to)},
                               {"call_id", query.call_id}});
    json body = removed_json(world, place);
    body["from"] = body["server"];
    body["server"] = world.names(to) ? json(world.names(to)->server) : json(nullptr);
    return Answer{200, {{"rehomed", std::move(body)}}};
}

CallRequests::Result CallRequests::rehome_server(const std::string &pool,
                                                 const std::string &server) {
    const ServerId id{pool, server};
    if (farm::find_server(source_.world().plan, id) == nullptr) {
        return Problem{404, "there is no server " + id.name(), {}, {}};
    }
    if (const auto begun = rehomes_.begin(id); !begun) {
        return Problem{409, begun.error().message, {}, {}};
    }
    return Answer{202, rehomes_.progress(id)};
}

CallRequests::Result CallRequests::rehome_progress(const std::string &pool,
                                                   const std::string &server) {
    const ServerId id{pool, server};
    auto progress = rehomes_.progress(id);
    if (progress.is_null()) {
        return Problem{404, "the calls of " + id.name() + " were not moved", {}, {}};
    }
    return Answer{200, std::move(progress)};
}

CallRequests::Result CallRequests::explain(const api::ExplainQuery &query) {
    const auto world = source_.world();
    auto found = find_service(world, query.service);
    if (auto *problem = std::get_if<Problem>(&found)) {
        return *problem;
    }
    const auto &service = *std::get<const plan::PlannedService *>(found);
    auto message = sip::read_message(query.payload);
    if (auto problem = read_source(query.source, message)) {
        return *problem;
    }
    return Answer{200, datagram_way(world, service, message)};
}

CallRequests::Result CallRequests::explain_capture(const api::CaptureQuery &query) {
    return capture_ways(source_.world(), query);
}

} // namespace sipsteer::api

// SPDX-License-Identifier: Apache-2.0
#include "api/call_lookup.hpp"

#include <algorithm>

namespace sipsteer::api {

namespace {

using http::Problem;

template <typename Items>
std::string list_names(const Items &items) {
    std::string text;
    for (const auto &item : items) {
        if (!item.name.empty()) {
            text += " " + item.name;
        }
    }
    return text;
}

} // namespace

Problem unknown_pool(const farm::World &world, const std::string &name) {
    return {400,
            "pool: there is no pool \"" + name + "\"; known:" + list_names(world.plan.pools),
            "pool",
            {}};
}

std::optional<Problem> read_source(const std::optional<std::string> &source,
                                   sip::Message &message) {
    if (!source) {
        return std::nullopt;
    }
    message.source = Address::parse(*source);
    if (!message.source) {
        return Problem{
            400, "source: \"" + *source + "\" is not an IPv4 or IPv6 address", "source", {}};
    }
    return std::nullopt;
}

std::variant<AskedCall, Problem> read_call(const farm::World &world, const api::CallQuery &query) {
    const auto message = sip::message_of(query.call_id);
    if (!message) {
        return Problem{400, "not a Call-ID: it is blank or has a line end", {}, {}};
    }
    AskedCall asked{*message, {}};
    asked.message.to_user = query.to_user;
    asked.message.request_user = query.to_user; // whichever of them the pool goes by
    asked.message.sent_by = query.via;
    if (auto problem = read_source(query.source, asked.message)) {
        return *problem;
    }
    if (query.pool) {
        const auto *pool = farm::find_pool(world.plan, *query.pool);
        if (pool == nullptr) {
            return unknown_pool(world, *query.pool);
        }
        asked.pools.push_back(pool);
        return asked;
    }
    for (const auto &pool : world.plan.pools) {
        if (pool.value.mode == SS_POOL_STATEFUL) {
            asked.pools.push_back(&pool);
        }
    }
    if (asked.pools.empty()) {
        return Problem{404, "no pool keeps calls: all are stateless", {}, {}};
    }
    return asked;
}

std::variant<std::vector<CallPlace>, Problem> find_places(const farm::World &world,
                                                          const api::CallQuery &query) {
    auto asked = read_call(world, query);
    if (auto *problem = std::get_if<Problem>(&asked)) {
        return *problem;
    }
    const auto &call = std::get<AskedCall>(asked);
    std::vector<CallPlace> places;
    for (const auto *pool : call.pools) {
        const auto key = calls::make_key(world.secret, call.message, pool->value);
        if (!key.table && query.pool) {
            const std::string name(key.missing.front());
            return Problem{400,
                           "pool " + pool->name + " needs more than the Call-ID: " + name +
                               " is missing",
                           name,
                           {}};
        }
        const auto located = key.table && pool->value.mode == SS_POOL_STATEFUL
                                 ? farm::locate(world, *pool, *key.table)
                                 : std::nullopt;
        if (located && !located->expired) {
            places.push_back({pool, key, ss_call_position(*key.table, pool->index), *located});
        }
    }
    return places;
}

Target named_target(const farm::World &world, const CallPlace &place, const std::string &server,
                    const std::function<bool(const ServerId &)> &draining) {
    const ServerId id{place.pool->name, server};
    const auto *planned = farm::find_server(world.plan, id);
    if (planned == nullptr) {
        return Problem{422, "there is no server " + id.name(), {}, "/server"};
    }
    if (!farm::takes_messages(planned)) {
        return Problem{409,
                       "server " + id.name() + " takes no messages: it is down or disabled",
                       {},
                       "/server"};
    }
    if (draining(id)) {
        return Problem{409, "server " + id.name() + " is draining", {}, "/server"};
    }
    return planned->index;
}

Target other_target(const farm::World &world, const CallPlace &place) {
    const bool live = ss_call_is_live(place.located.call.state) != 0;
    const auto choice = farm::choose(world, *place.pool, place.key,
                                     live ? farm::For::RunningCall : farm::For::Other);
    if (choice.candidates.empty() && !place.key.missing.empty()) {
        const std::string name(place.key.missing.front());
        return Problem{400, "the next server depends on " + name + ", which is missing", name, {}};
    }
    for (const auto &candidate : choice.candidates) {
        if (candidate.server != place.located.call.server &&
            farm::takes_messages(farm::find_server(world.plan, candidate.server))) {
            return candidate.server;
        }
    }
    return Problem{409, "no other server of pool " + place.pool->name + " takes calls", {}, {}};
}

std::variant<const plan::PlannedService *, Problem>
find_service(const farm::World &world, const std::optional<std::string> &name) {
    const plan::PlannedService *found = nullptr;
    std::size_t matches = 0;
    for (const auto &service : world.plan.services) {
        if (!service.is_marker() && (!name || service.name == *name)) {
            found = &service;
            matches++;
        }
    }
    const auto known = list_names(world.plan.services);
    if (name && found == nullptr) {
        return Problem{
            400, "service: there is no service \"" + *name + "\"; known:" + known, "service", {}};
    }
    if (matches != 1) {
        return Problem{400, "service: name one; known:" + known, "service", {}};
    }
    return found;
}

} // namespace sipsteer::api

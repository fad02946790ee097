// SPDX-License-Identifier: Apache-2.0
#include "farm/world.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

template <typename Items, typename Match>
auto find(const Items &items, Match match) -> decltype(&*items.begin()) {
    const auto found = std::find_if(items.begin(), items.end(), match);
    return found == items.end() ? nullptr : &*found;
}

} // namespace

std::optional<Located> locate(const World &world, const plan::PlannedPool &pool,
                              std::uint64_t key) {
    const std::uint64_t position = ss_call_position(key, pool.index);
    for (std::size_t i = 0; i < world.tables.size(); i++) {
        const auto &table = world.tables[i];
        if (const auto found = calls::find_call(table.table, position)) {
            return Located{i,
                           calls::decode(table, found->entry, found->bucket, found->slot, world.now,
                                         world.lifetimes),
                           world.lifetimes.expired(found->entry, world.now)};
        }
    }
    return std::nullopt;
}

Choice choose(const World &world, const plan::PlannedPool &pool, const calls::Key &key, For what) {
    const std::uint64_t turn = world.turns ? world.turns(pool.index) : 0;
    return choose(world.plan, pool, key.ring, what, {world.loads, turn, world.now_ns});
}

const plan::PlannedPool *find_pool(const plan::Plan &plan, std::string_view name) {
    return find(plan.pools, [&](const auto &pool) { return pool.name == name; });
}

const plan::PlannedServer *find_server(const plan::Plan &plan, std::uint16_t index) {
    return find(plan.servers, [&](const auto &server) { return server.index == index; });
}

const plan::PlannedServer *find_server(const plan::Plan &plan, const ServerId &id) {
    return find(plan.servers, [&](const auto &server) { return server.id == id; });
}

bool takes_messages(const plan::PlannedServer *server) {
    return server != nullptr && (server->value.flags & SS_SERVER_FORWARD) != 0;
}

std::string server_word(const World &world, std::uint16_t index) {
    const auto name = world.names(index);
    return name ? name->pool + "/" + name->server : "server index " + std::to_string(index);
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/call_view.hpp"
#include "calls/json.hpp"
#include "calls/lifetimes.hpp"
#include "calls/load.hpp"
#include "calls/lookup.hpp"
#include "calls/naming/key.hpp"
#include "calls/table.hpp"
#include "farm/choice.hpp"
#include "farm/plan/plan.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::farm {

class Guard;

/// Everything that says where calls are and where they go, at one moment.
struct World {
    std::vector<calls::Segment> tables; // in the order they are asked
    calls::Loads loads;
    const plan::Plan &plan;
    const calls::Lifetimes &lifetimes;
    calls::NameLookup names;
    calls::Secret secret;
    std::uint32_t now = 0;                             // ticks (calls/clock.hpp)
    std::uint64_t now_ns = 0;                          // of CLOCK_MONOTONIC
    std::function<std::uint64_t(std::uint16_t)> turns; // of a pool, by its index (ss_pool_load)
    const Guard *guard = nullptr;                      // null: nobody is denied
};

/// Who knows the world of this moment.
class WorldSource {
public:
    virtual ~WorldSource() = default;
    virtual World world() const = 0;
};

/// An entry that the table has for a key.
struct Located {
    std::size_t table = 0; // of World::tables
    calls::CallView call;
    bool expired = false; // to the data plane it is none
};

std::optional<Located> locate(const World &world, const plan::PlannedPool &pool, std::uint64_t key);

/// What the scheduler would do now.
Choice choose(const World &world, const plan::PlannedPool &pool, const calls::Key &key, For what);

const plan::PlannedPool *find_pool(const plan::Plan &plan, std::string_view name);
const plan::PlannedServer *find_server(const plan::Plan &plan, std::uint16_t index);
const plan::PlannedServer *find_server(const plan::Plan &plan, const ServerId &id);

/// Messages of calls that are there are sent to it: SS_SERVER_FORWARD. Null: no.
bool takes_messages(const plan::PlannedServer *server);

/// "pool/server", or "server index 7" if nobody has the index.
std::string server_word(const World &world, std::uint16_t index);

} // namespace sipsteer::farm

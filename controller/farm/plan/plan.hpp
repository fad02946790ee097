// SPDX-License-Identifier: Apache-2.0
//
// The plan: what the control maps should hold, worked out from the configuration and what is
// observed. A pure function; dataplane/ writes the difference.
#pragma once

#include "base/health.hpp"
#include "base/next_hop.hpp"
#include "base/own_link.hpp"
#include "base/result.hpp"
#include "base/server_id.hpp"
#include "config/model.hpp"
#include "farm/plan/admission.hpp"
#include "farm/plan/indexes.hpp"
#include "farm/plan/maglev.hpp"

#include <sipsteer/guard.h>
#include <sipsteer/pool.h>
#include <sipsteer/ring.h>
#include <sipsteer/server.h>
#include <sipsteer/service.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace sipsteer::plan {

/// What the controller sees of the world.
struct Observed {
    std::map<ServerId, Health> health;    // absent: Unknown
    std::map<Address, NextHop> next_hops; // absent: not resolved
    std::map<ServerId, unsigned> shares;  // of their weights (slow_start.hpp); absent: all
    std::vector<OwnLink> links;           // of this host
    std::vector<Address> addresses;       // likewise, ascending
    std::set<ServerId> drains_over;       // draining, and the deadline has passed (drains.hpp)
};

/// One value of the servers map. SS_SERVER_FORWARD needs admin enabled, or draining with its
/// deadline not passed, health Up (or a pool without probe) and a resolved next hop. Unknown is not
/// Up: at a restart the daemon restores the health of its servers from the maps.
struct PlannedServer {
    std::uint16_t index = 0;
    ServerId id;
    ss_server value{};
    bool takes_new = false; // in the ring: enabled, its weight above 0, its tier in use
    double weight_now = 0;  // of the configured weight, the part in force: all but for slow start

    bool operator==(const PlannedServer &other) const;
};

struct PlannedPool {
    std::uint16_t index = 0;
    std::string name;
    ss_pool value{};
    config::Scheduler scheduler{}; // value.scheduler does not tell all of them apart
    std::string down;              // why it takes no new calls; empty: it is up
    /// What the ring is made of, sorted. Of a stateful pool that is down those that could take new
    /// calls: running calls that lose their server still go to them.
    std::vector<RingMember> members;
    std::shared_ptr<const ss_ring> ring;

    bool operator==(const PlannedPool &other) const;
};

/// One value of the services map. The address markers (sipsteer/service.h) are among them, with
/// an empty name and a value of zeros.
struct PlannedService {
    ss_service_key key{};
    ss_service value{};
    ss_guard_limits limits{}; // what it takes from whom
    std::string name;

    bool is_marker() const { return name.empty(); }
    bool operator==(const PlannedService &other) const;
};

/// Everything sorted by index or key, so that two plans can be compared.
struct Plan {
    std::vector<PlannedServer> servers;
    std::vector<PlannedPool> pools;
    std::vector<PlannedService> services;
    std::vector<std::uint32_t> ports; // interfaces frames may be redirected to, ascending
    LinkKeys links;                   // of the links map

    bool operator==(const Plan &) const = default;
};

/// The bytes of a map's key or value are the same. The types have no padding.
template <typename T>
bool same_bytes(const T &a, const T &b) {
    static_assert(std::has_unique_object_representations_v<T>);
    return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Makes the plan. `indexes` gives every service, pool and server its place in the maps and is
/// extended for new ones; it is the only argument that changes. Rings that do not differ from
/// those of `known` plans are shared with them, not computed again. Servers that are no longer
/// configured are not in the plan; their indexes stay taken until they are released.
///
/// Fails, and leaves `indexes` as it was, if an index space is full, the servers are reached
/// through more than SS_MAX_PORTS interfaces, or there is more to say of links than SS_MAX_LINKS.
Result<Plan> make_plan(const config::Config &config, const Observed &observed, Indexes &indexes,
                       const std::vector<const Plan *> &known = {});

} // namespace sipsteer::plan

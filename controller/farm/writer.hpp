// SPDX-License-Identifier: Apache-2.0
//
// Writes a plan into the control maps: the only place that does. The order keeps every packet on
// a server that takes it: what is pointed at is there before what points at it, and goes after it.
#pragma once

#include "farm/plan/plan.hpp"
#include "kernel/dataplane/maps.hpp"

#include <sipsteer/host.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::farm {

class Writer {
public:
    explicit Writer(const dataplane::Maps &maps) : maps_(maps) {}

    /// Writes the difference to what the maps hold. After an error some of it may be written; the
    /// next call writes the rest.
    Status apply(const plan::Plan &plan);

    /// Forgets a name, its counters, its load and its clients' flows, before the index is given to
    /// another.
    Status release_server(std::uint16_t index);
    void release_pool(std::uint16_t index);
    Status release_service(std::uint16_t index);

private:
    /// By the index of the server.
    using Hosts = std::vector<std::pair<std::uint16_t, ss_host_key>>;

    Status remove_services(const plan::Plan &plan);
    Status write_links(const plan::Plan &plan);
    Status write_ports(const plan::Plan &plan);
    Status write_servers(const plan::Plan &plan, bool forwarding);
    Status write_server(const plan::PlannedServer &server);
    Status write_pools(const plan::Plan &plan);
    Status write_ring(const plan::PlannedPool &pool);
    Status write_services(const plan::Plan &plan);
    Status write_hosts(const plan::Plan &plan);
    Status add_hosts(const Hosts &hosts);
    Status remove_hosts(const Hosts &hosts);
    Status remove_servers(const plan::Plan &plan);
    Status remove_pools(const plan::Plan &plan);
    Status remove_ports(const plan::Plan &plan);
    Status remove_links(const plan::Plan &plan);

    const dataplane::Maps &maps_;
    std::vector<ss_server> present_; // in the map when apply() began, by index
    std::map<std::uint16_t, std::shared_ptr<const ss_ring>> rings_; // in force, by pool
    std::optional<Hosts> hosts_;                                    // in force, if that is known
};

} // namespace sipsteer::farm

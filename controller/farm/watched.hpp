// SPDX-License-Identifier: Apache-2.0
//
// What of the network is watched for a configuration: which servers are probed and how, whose MAC
// addresses are wanted.
#pragma once

#include "base/address.hpp"
#include "config/model.hpp"
#include "farm/plan/plan.hpp"
#include "health/prober.hpp"
#include "kernel/netlink/neighbours.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace sipsteer::farm {

/// Servers that calls are forwarded to, and where.
using Running = std::map<ServerId, Address>;

/// Servers that were known, but not forwarded to, when this run of the daemon began.
using Idle = std::set<std::pair<ServerId, Address>>;

/// What is to be probed. A server that is running is up until its probe says otherwise. One that
/// was idle though no administrator had said so was down: it comes up by `rise` successes, not one.
std::vector<health::Target> probe_targets(const config::Config &config, const Running &running,
                                          const Idle &idle);

/// The 802.1Q tags of the interfaces that the kernel does not know them of.
VlanTags vlan_tags(const config::Config &config);

/// The addresses whose MAC addresses frames for the servers are sent to.
std::set<Address> hop_addresses(const config::Config &config);

/// Those of them that may lie behind routers: of pools that forward by DSCP.
std::set<Address> routed_addresses(const config::Config &config);

/// Whether the next hop of each server that is running is known.
bool next_hops_known(const config::Config &config, const Running &running,
                     const std::map<Address, NextHop> &next_hops);

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
//
// The plan for this host: what of ours should be on its interfaces, what is there, and the steps
// from the one to the other. Pure; keeper.hpp takes the steps.
#pragma once

#include "base/address.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "kernel/netlink/host_addresses.hpp"
#include "kernel/netlink/link.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::upkeep {

/// A VIP, and the interface that the configuration wants it on, by the name it has there.
struct Place {
    std::string interface;
    Address address;

    auto operator<=>(const Place &) const = default;
};

/// The host as the kernel has it.
struct Actual {
    std::vector<LinkInfo> links;
    std::vector<HostAddress> addresses;
};

/// What of ours is on it, as far as we know.
struct Held {
    std::vector<dataplane::Attachment> programs; // one for each interface at most
    std::map<Place, std::uint32_t> vips;         // that we put there, by the interface's index
    dataplane::TableSizes tables;                // that programs are to look into
};

struct Attach {
    config::Interface interface;
    LinkInfo link;
    std::string found; // what was there instead of our program; empty: none was put there yet
};

struct PutVip {
    Place place;
    LinkInfo link;
    std::string found; // likewise
};

/// A program or a VIP that is no longer wanted where it is.
struct Detach {
    std::string interface; // the configuration's name, which another one has now
    std::string link;      // its present name
    std::uint32_t ifindex = 0;
};

struct TakeVip {
    Place place;
    std::uint32_t ifindex = 0;
};

/// In the order in which they are to be taken: nothing goes before its successor is there.
struct Plan {
    std::vector<Attach> attach;
    std::vector<PutVip> put;
    std::vector<TakeVip> take;
    std::vector<Detach> detach;

    std::map<Place, std::uint32_t> owned; // Held::vips, without what is gone by itself

    /// What no step can mend: by the configuration's name of the interface, and by VIP.
    std::map<std::string, std::string> interfaces;
    std::map<Place, std::string> vips;

    /// Interfaces that have another name by now: by the configuration's.
    std::map<std::string, std::string> renamed;
};

/// The VIPs that the configuration wants on interfaces.
std::set<Place> wanted_vips(const config::Config &config);

/// The interface that the configuration means by a name: the one that has it, or else the one that
/// had it when something of ours was put there. Null: there is none.
const LinkInfo *find_meant(const std::string &name, const Held &held, const Actual &actual);

Plan make_plan(const config::Config &config, const Held &held, const Actual &actual);

} // namespace sipsteer::upkeep

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace sipsteer::plan {

/// Places in the maps by name. A name keeps its index for as long as it is known, also across
/// restarts of the controller, because calls and rings name servers by index.
///
/// What has the name can be told from another that gets the same name by its identity. The one
/// before it then keeps its index under its former name, until that is released or it is back.
class IndexSpace {
public:
    /// For the indexes 0 to size - 1.
    explicit IndexSpace(std::uint16_t size);

    /// Takes over an assignment found in the pinned maps. A name that is there already with another
    /// identity is given under its former name. False, and nothing is changed, if it contradicts
    /// one that is there or the index is out of range.
    bool restore(const std::string &name, std::uint16_t index, const std::string &identity = "");

    /// The index of `name`; a new name, or a new identity under it, gets the lowest index that is
    /// free: never given, or released. Nothing if none is.
    std::optional<std::uint16_t> get(const std::string &name, const std::string &identity = "");

    std::optional<std::uint16_t> find(const std::string &name) const;

    /// Makes the index free for another name. Only when no call and no ring names it any more.
    void release(const std::string &name);

    const std::map<std::string, std::uint16_t> &all() const { return by_name_; }

private:
    void rename(const std::string &from, const std::string &to);

    std::map<std::string, std::uint16_t> by_name_;
    std::map<std::uint16_t, std::string> identities_; // of all of by_name_
    std::set<std::uint16_t> free_;
};

/// "pool/server@198.51.100.11": of a server in whose place is another.
std::string former_name(const std::string &name, const std::string &identity);

/// The three index spaces. Servers are named "pool/server" (ServerId::name()); their identity is
/// their address. The port is not part of it: frames go by the MAC, so running calls stay where
/// they are when only the port that is probed changes.
struct Indexes {
    IndexSpace services;
    IndexSpace pools;
    IndexSpace servers;
    Indexes();
};

} // namespace sipsteer::plan

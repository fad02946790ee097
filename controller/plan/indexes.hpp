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
class IndexSpace {
public:
    /// For the indexes 0 to size - 1.
    explicit IndexSpace(std::uint16_t size);

    /// Takes over an assignment found in the pinned maps. False, and nothing is changed, if it
    /// contradicts one that is there already or the index is out of range.
    bool restore(const std::string &name, std::uint16_t index);

    /// The index of `name`; a new name gets the lowest index that is free: never given, or
    /// released. Nothing if none is.
    std::optional<std::uint16_t> get(const std::string &name);

    std::optional<std::uint16_t> find(const std::string &name) const;

    /// Makes the index free for another name. Only when no call and no ring names it any more.
    void release(const std::string &name);

    const std::map<std::string, std::uint16_t> &all() const { return by_name_; }

private:
    std::map<std::string, std::uint16_t> by_name_;
    std::set<std::uint16_t> free_;
};

/// The three index spaces. Servers are named "pool/server" (ServerId::name()).
struct Indexes {
    IndexSpace services;
    IndexSpace pools;
    IndexSpace servers;
    Indexes();
};

} // namespace sipsteer::plan

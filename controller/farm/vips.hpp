// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <compare>
#include <set>
#include <string>

namespace sipsteer::farm {

/// The VIPs that the daemon put on interfaces (vip_interface), so that it takes away only those. A
/// file in the state directory remembers them from one run to the next.
class Vips {
public:
    explicit Vips(const std::string &state_dir);

    /// For VIPs that cannot be recorded, because the disk is full.
    enum class Unrecorded {
        Refuse, // they are not added: nothing is forgotten
        Add,    // without them nobody can call; the record follows as soon as it can
    };

    /// Puts the VIPs there that the configuration asks for, takes away what it no longer asks for.
    /// Each is recorded before it is added.
    Status apply(const config::Config &config, Unrecorded unrecorded);

    /// Writes the record again if the last time failed.
    void retry();

    /// Takes away all that was put there.
    void remove_all();

    /// Takes away what this object has put there; what an earlier run did stays.
    void undo();

private:
    struct Place {
        std::string interface;
        Address address;
        auto operator<=>(const Place &) const = default;
    };

    Status record(const std::set<Place> &wanted, Unrecorded unrecorded);
    Status add(const Place &place, bool known);
    bool remove(const Place &place);
    void load();
    bool save();

    std::string file_;
    bool saved_ = true; // the file has what ours_ has
    std::set<Place> ours_;
    std::set<Place> fresh_; // of ours: put there by this object
};

} // namespace sipsteer::farm

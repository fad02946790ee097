// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "upkeep/plan.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace sipsteer::upkeep {

/// The VIPs that the daemon put on interfaces, so that it takes away only those: a file in the
/// state directory remembers them from one run to the next. Addresses do not survive a reboot, nor
/// does the file.
class VipFile {
public:
    explicit VipFile(const std::string &state_dir) : file_(state_dir + "/addresses.json") {}

    /// By the index of the interface that each is on. A damaged file is set aside; what is sound in
    /// it counts.
    std::map<Place, std::uint32_t> load();

    /// Replaces what is remembered. False if it cannot be written, because the disk is full for
    /// example; the log says so once.
    bool save(const std::map<Place, std::uint32_t> &vips);

    /// Writes it again if the last time failed.
    void retry(const std::map<Place, std::uint32_t> &vips);

    const std::string &name() const { return file_; }

private:
    std::string file_;
    bool saved_ = true; // the file has what it was given last
};

} // namespace sipsteer::upkeep

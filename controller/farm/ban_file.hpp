// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "farm/plan/bans.hpp"

#include <string>

namespace sipsteer::farm {

/// The bans, kept over restarts and reboots: their times are of the wall clock.
class BanFile {
public:
    explicit BanFile(const std::string &state_dir) : file_(state_dir + "/bans.json") {}

    /// All that were saved, those whose time is over, too. A damaged file is set aside; the
    /// entries of it that can be read are used.
    plan::Bans load() const;

    /// Logs if it cannot, the first time.
    void save(const plan::Bans &bans) const;

    /// Whether the last save failed.
    bool is_unsaved() const;

private:
    std::string file_;
};

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/plan/drains.hpp"

#include <map>
#include <string>

namespace sipsteer::farm {

/// When drains began, kept over a restart of the daemon so that their deadlines stay where they
/// were. Not over a reboot: no call survives one either.
class DrainFile {
public:
    explicit DrainFile(const std::string &state_dir) : file_(state_dir + "/drains.json") {}

    std::map<ServerId, plan::Drain::Time> load() const;

    /// Logs if it cannot, the first time.
    void save(const std::map<ServerId, plan::Drain::Time> &began) const;

    /// Whether the last save failed.
    bool is_unsaved() const;

private:
    std::string file_;
};

} // namespace sipsteer::farm

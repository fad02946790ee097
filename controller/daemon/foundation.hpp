// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/options.hpp"
#include "kernel/dataplane/maps.hpp"

#include <vector>

namespace sipsteer::daemon {

/// All that the parts of the daemon stand on.
struct Foundation {
    std::vector<Fd> locks; // on state_dir and pin_dir
    config::Config config; // to begin with
    dataplane::MapOptions map_options;
    dataplane::Maps maps;
};

/// Locks the directories, decides on the configuration, opens the maps. `file` must be good. After
/// an error nothing is there that was not before.
Result<Foundation> lay_foundation(const OperatorFile &file, const Options &options);

/// Writes the configuration's warnings to the log.
void warn_about(const config::Config &config);

} // namespace sipsteer::daemon

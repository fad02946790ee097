// SPDX-License-Identifier: Apache-2.0
//
// Putting the data plane on the interfaces, and taking it off.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "kernel/dataplane/maps.hpp"

#include <string>
#include <vector>

namespace sipsteer::daemon {

/// Keeps a second daemon away from the same maps (pin_dir), secret and VIPs (state_dir). Both
/// directories are made if they are missing. Held until it is destroyed.
Result<std::vector<Fd>> lock_directories(const config::Config &config);

/// Attaches to every configured interface, then detaches from those that are no longer configured.
/// If one fails, `attachments` are those that were attached before it.
Status attach_all(const config::Config &config, const dataplane::MapOptions &options,
                  const dataplane::Maps &maps, std::vector<dataplane::Attachment> &attachments);

/// Detaches from all interfaces, configured or not, and removes the maps.
Status detach_all(const config::Config &config);

} // namespace sipsteer::daemon

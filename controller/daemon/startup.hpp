// SPDX-License-Identifier: Apache-2.0
//
// Putting the data plane on the interfaces, and taking it off.
#pragma once

#include "config/model.hpp"
#include "dataplane/attachment.hpp"
#include "dataplane/maps.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"

#include <string>
#include <vector>

namespace sipsteer::daemon {

/// Keeps a second daemon away from the same maps. Held until it is destroyed.
Result<Fd> lock_pin_dir(const std::string &pin_dir);

/// Attaches to every configured interface. If one fails, those that had nothing before are
/// detached again.
Result<std::vector<dataplane::Attachment>> attach_all(const config::Config &config,
                                                      const dataplane::MapOptions &options,
                                                      const dataplane::Maps &maps);

/// Detaches from the configured interfaces and removes the maps.
Status detach_all(const config::Config &config);

} // namespace sipsteer::daemon

// SPDX-License-Identifier: Apache-2.0
//
// A virtual_server of keepalived as a service, or several of a group, and their pool.
#pragma once

#include "cli/foreign/blocks.hpp"
#include "cli/foreign/draft.hpp"

#include <map>
#include <string>

namespace sipsteer::foreign {

/// The virtual_server_groups by name.
using Groups = std::map<std::string, const Statement *>;

void read_virtual_server(Draft &draft, const Statement &statement, const Groups &groups);

} // namespace sipsteer::foreign

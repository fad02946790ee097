// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/foreign/imported.hpp"

namespace sipsteer::foreign {

/// Reads the virtual servers of keepalived.conf(5). VRRP remains keepalived's.
Imported import_keepalived(const std::string &text, const Wanted &wanted);

} // namespace sipsteer::foreign

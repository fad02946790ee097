// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/foreign/imported.hpp"

namespace sipsteer::foreign {

/// Reads the list file of Kamailio's module dispatcher. It has no VIP: the sets get those of
/// `wanted`, in the order in which they stand in the file.
Imported import_dispatcher(const std::string &text, const Wanted &wanted);

} // namespace sipsteer::foreign

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/foreign/imported.hpp"

namespace sipsteer::foreign {

/// Reads what ipvsadm-save prints and ipvsadm-restore takes: ipvsadm(8).
Imported import_ipvs(const std::string &text, const Wanted &wanted);

} // namespace sipsteer::foreign

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>

namespace sipsteer::cli {

/// Runs $VISUAL, or $EDITOR, or vi with a file and waits until it ends. Ctrl-C reaches the editor
/// alone. An error if the editor does not start or fails.
Status run_editor(const std::string &file);

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <sys/types.h>

namespace sipsteer::http {

/// Whether a file of this mode keeps a secret: its owner, and a group that only reads.
bool keeps_secret(mode_t mode);

/// Warns in the log if the file does not keep its secret. Nothing if there is no such file.
void warn_if_open(const std::string &path);

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sipsteer::cli {

/// The exit codes of sipsteer; in its man page, too.
enum ExitCode {
    kExitOk = 0,
    kExitFailed = 1,       // refused, not found, not good, or not all could be written
    kExitUsage = 2,        // bad command line, or a file that cannot be read
    kExitNotReachable = 3, // no answer from the daemon
    kExitTimedOut = 4,     // the state that was waited for did not come
};

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.hpp"

#include <sched.h>
#include <unistd.h>

/// Enters the first namespace of our own: nothing below can touch the host's interfaces.
const char *sipsteer::test::why_skip() {
    return ::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0
               ? nullptr
               : "this test makes network namespaces and must run as root";
}

// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.hpp"

#include <unistd.h>

const char *sipsteer::test::why_skip() {
    return ::geteuid() == 0 ? nullptr : "loading a BPF program needs root";
}

// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.hpp"

/// They need nothing.
const char *sipsteer::test::why_skip() {
    return nullptr;
}

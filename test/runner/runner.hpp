// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sipsteer::test {

/// Why no test of this program can run here, which skips them all; null if they can. Each kind of
/// test defines it once, and may prepare the process in it. Called before the first test.
const char *why_skip();

} // namespace sipsteer::test

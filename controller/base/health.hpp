// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sipsteer {

/// Of a server, as its probes have it. Unknown: no probe has told yet.
enum class Health { Unknown, Up, Down };

} // namespace sipsteer

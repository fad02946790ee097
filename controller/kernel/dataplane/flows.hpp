// SPDX-License-Identifier: Apache-2.0
//
// The flows that the data plane remembers for ICMP errors and keep-alives (sipsteer/flow.h).
#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace sipsteer::dataplane {

/// Forgets the flows that went to a server, or came to a service: its index is about to be given to
/// another, which would inherit them.
Status forget_flows_to_server(int map, std::uint16_t server);
Status forget_flows_of_service(int map, std::uint16_t service);

} // namespace sipsteer::dataplane

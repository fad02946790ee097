// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <linux/filter.h>
#include <vector>

namespace sipsteer::health {

/// A filter for a packet socket that sees packets from the IP header on: UDP to the port, and the
/// ICMP error "destination unreachable". No fragments, no IPv6 extension headers.
std::vector<sock_filter> answer_filter(bool ipv6, std::uint16_t port);

/// Lets nothing through.
std::vector<sock_filter> deaf_filter();

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
//
// What ipvsadm and keepalived say of a virtual service alike, for both make IPVS do it.
#pragma once

#include "cli/foreign/draft.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sipsteer::foreign {

/// How IPVS finds the server of a datagram.
struct Scheduling {
    std::string scheduler = "wlc";
    std::optional<std::string> persistence; // seconds; empty: the default of IPVS
    std::string engine;                     // "sip"; empty: by the client's address
    std::string netmask;                    // of the clients that count as one; empty: none
    bool one_packet = false;
    std::vector<std::string> flags; // of the scheduler
};

/// Sets the pool's scheduler. Says what of it another one does, and what none does.
void apply(Draft &draft, unsigned line, std::size_t pool, const Scheduling &scheduling);

/// "lc" does not look at weights.
bool ignores_weights(const std::string &scheduler);

enum class Forwarding { Route, Masquerade, Tunnel };

/// Calls reach a server with the VIP as their destination, and answers come from the VIP.
void check_forwarding(Draft &draft, unsigned line, Forwarding forwarding);

/// In direct routing IPVS ignores a server's port, as sipsteer does but for probes.
void check_port(Draft &draft, unsigned line, std::uint16_t port, std::uint16_t service_port);

} // namespace sipsteer::foreign

// SPDX-License-Identifier: Apache-2.0
//
// Servers by what they write in Via (sipsteer/host.h).
#pragma once

#include <sipsteer/host.h>
#include <sipsteer/server.h>

#include <string>
#include <vector>

namespace sipsteer::plan {

/// A server's address as a host in a SIP message (RFC 3261, 25.1): IPv6 in brackets.
std::string host_text(const ss_server &server);

/// As its software may write it in Via, the usual text first: IPv6 also with all eight groups, as
/// Java does, and either in capitals.
std::vector<std::string> host_spellings(const ss_server &server);

ss_host_key host_key(const ss_server &server, const std::string &host);

} // namespace sipsteer::plan

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "packets/make_frame.hpp"

#include <string_view>

namespace sipsteer::reject {

/// Sends UDP datagrams from the VIPs, which need not be addresses of this host (IP_TRANSPARENT; the
/// kernel routes, and fragments what is too long). Raw sockets, not UDP sockets bound to a service:
/// such a one would take away the datagrams that the data plane passes to a program on this host,
/// or could not be bound where that program is. Needs CAP_NET_RAW.
class Sender {
public:
    Status open();

    /// 0, or the errno. Not to a multicast, loopback or unspecified address, nor to port 0: those
    /// are the senders of no request (EINVAL).
    int send(const Endpoint &from, const Endpoint &to, std::string_view payload) const;

private:
    Fd ipv4_;
    Fd ipv6_; // none on a host without IPv6
};

} // namespace sipsteer::reject

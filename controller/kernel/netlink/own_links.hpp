// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/own_link.hpp"
#include "base/result.hpp"
#include "kernel/netlink/events.hpp"
#include "kernel/netlink/link.hpp"
#include "kernel/netlink/netlink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace sipsteer {

/// Of all interfaces the Ethernet ones. `addressed`: names of those that have an IP address. One
/// that is down has none: so a VRRP daemon may keep its interface while it is in reserve.
/// `paravirtual`: likewise of NICs of a virtual machine. Pure.
std::vector<OwnLink> own_links(const std::vector<LinkInfo> &links,
                               const std::set<std::string> &addressed,
                               const std::set<std::string> &paravirtual = {});

/// Keeps this host's interfaces as the kernel has them. Lives on the thread of `io`; to be
/// destroyed when `io` runs no more.
class OwnLinks {
public:
    /// `on_change` is called after a change of links() or addresses(), never from inside a call to
    /// this class.
    OwnLinks(boost::asio::io_context &io, std::function<void()> on_change);

    /// Both are up to date when this returns.
    Status start();

    /// As last seen; if the kernel cannot be asked, as they were before.
    const std::vector<OwnLink> &links() const { return links_; }

    /// Likewise all addresses of this host and the broadcast addresses of its IPv4 networks, in
    /// their order.
    const std::vector<Address> &addresses() const { return addresses_; }

private:
    using Clock = std::chrono::steady_clock;

    Status look();
    void look_later();
    void look_again();

    std::function<void()> on_change_;
    Events events_;
    boost::asio::steady_timer timer_;
    bool due_ = false;
    Clock::time_point next_{}; // when it may be looked at the earliest
    std::vector<OwnLink> links_;
    std::vector<Address> addresses_;
};

} // namespace sipsteer

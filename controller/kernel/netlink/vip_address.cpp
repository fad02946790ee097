// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/vip_address.hpp"

#include "kernel/netlink/announce.hpp"
#include "kernel/netlink/link.hpp"
#include "kernel/netlink/netlink.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace sipsteer {

using netlink::Request;

namespace {

void fill(Request &request, std::uint32_t ifindex, const Address &address) {
    auto &body = request.body<ifaddrmsg>();
    body.ifa_family = netlink::family_of(address);
    body.ifa_prefixlen = address.is_ipv4() ? 32 : 128;
    body.ifa_index = ifindex;
    request.put(IFA_LOCAL, address);
    request.put(IFA_ADDRESS, address);
}

/// IPv6 only. No duplicate address detection: the servers have the same address, and it would take
/// a second. Deprecated from the start: else the director would take the VIP as the source of what
/// it sends to the servers (RFC 6724, 5, rule 8), which would answer themselves.
void fill_ipv6(Request &request) {
    constexpr std::uint32_t kForever = 0xffffffff;
    const ifa_cacheinfo lifetimes{
        .ifa_prefered = 0, .ifa_valid = kForever, .cstamp = 0, .tstamp = 0};
    request.put(IFA_FLAGS, std::uint32_t{IFA_F_NODAD});
    request.put_bytes(IFA_CACHEINFO, &lifetimes, sizeof(lifetimes));
}

std::string describe(const char *verb, const std::string &interface, const Address &address) {
    return std::string("cannot ") + verb + " address " + address.to_string() + " on interface " +
           interface;
}

} // namespace

Result<bool> add_address(const LinkInfo &link, const Address &address) {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    fill(request, link.ifindex, address);
    if (!address.is_ipv4()) {
        fill_ipv6(request);
    }
    const int failed = socket->ask(request);
    if (failed == EEXIST) {
        return false;
    }
    if (failed != 0) {
        return system_error(describe("put", link.name, address), failed);
    }
    // Only a help: with the interface down, for one, nobody hears it, and nobody needs to.
    static_cast<void>(announce_address(link, address));
    return true;
}

Status remove_address(std::uint32_t ifindex, const Address &address) {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    const auto link = find_link(*socket, ifindex);
    if (!link) {
        return Done{}; // gone, and the address with it
    }
    Request request(RTM_DELADDR);
    fill(request, ifindex, address);
    const int failed = socket->ask(request);
    if (failed != 0 && failed != EADDRNOTAVAIL) {
        return system_error(describe("remove", link->name, address), failed);
    }
    return Done{};
}

} // namespace sipsteer

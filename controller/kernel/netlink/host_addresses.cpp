// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/host_addresses.hpp"

#include "kernel/netlink/attributes.hpp"
#include "kernel/netlink/netlink.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <optional>

namespace sipsteer {

using netlink::Attributes;
using netlink::Request;

namespace {

/// IFA_LOCAL is the host's own; IPv6 has IFA_ADDRESS alone but for a point-to-point link.
std::optional<HostAddress> parse_address(const nlmsghdr &message) {
    if (message.nlmsg_type != RTM_NEWADDR ||
        mnl_nlmsg_get_payload_len(&message) < sizeof(ifaddrmsg)) {
        return std::nullopt;
    }
    const auto *body = static_cast<const ifaddrmsg *>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(*body));
    auto address = attributes.address(IFA_LOCAL);
    if (!address) {
        address = attributes.address(IFA_ADDRESS);
    }
    return address ? std::optional(HostAddress{body->ifa_index, *address}) : std::nullopt;
}

} // namespace

Result<std::vector<HostAddress>> find_addresses() {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    Request request(RTM_GETADDR, NLM_F_DUMP);
    request.body<ifaddrmsg>().ifa_family = AF_UNSPEC;
    std::vector<HostAddress> addresses;
    const int failed = socket->ask(request, [&](const nlmsghdr &message) {
        if (const auto address = parse_address(message)) {
            addresses.push_back(*address);
        }
    });
    if (failed != 0) {
        return system_error("cannot read the addresses of this host", failed);
    }
    return addresses;
}

} // namespace sipsteer

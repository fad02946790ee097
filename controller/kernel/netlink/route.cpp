// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/route.hpp"

#include "kernel/netlink/attributes.hpp"

#include <cstring>
#include <linux/rtnetlink.h>
#include <optional>

namespace sipsteer {

using netlink::Attributes;
using netlink::Request;

namespace {

Route no_route(const std::string &problem) {
    Route route;
    route.problem = problem;
    return route;
}

/// RTA_GATEWAY, or RTA_VIA for a router of the other address family (RFC 5549).
std::optional<Address> router_of(const Attributes &attributes) {
    if (const auto gateway = attributes.address(RTA_GATEWAY)) {
        return gateway;
    }
    const nlattr *via = attributes.get(RTA_VIA);
    if (via == nullptr || mnl_attr_get_payload_len(via) != sizeof(rtvia) + 16) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 16> bytes;
    const auto *fixed = static_cast<const rtvia *>(mnl_attr_get_payload(via));
    std::memcpy(bytes.data(), fixed->rtvia_addr, bytes.size());
    return Address::from_bytes(bytes);
}

std::optional<Route> parse_route(const nlmsghdr &message) {
    if (message.nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(&message) < sizeof(rtmsg)) {
        return std::nullopt;
    }
    const auto *body = static_cast<const rtmsg *>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(*body));
    if (body->rtm_type == RTN_LOCAL) {
        Route route;
        route.kind = Route::Kind::Local;
        return route;
    }
    if (body->rtm_type != RTN_UNICAST) {
        return no_route("no route to a single host");
    }
    Route route;
    route.ifindex = attributes.u32(RTA_OIF).value_or(0);
    route.source = attributes.address(RTA_PREFSRC).value_or(Address{});
    const auto router = router_of(attributes);
    route.kind = router ? Route::Kind::Router : Route::Kind::OnLink;
    route.router = router.value_or(Address{});
    return route;
}

} // namespace

Route find_route(netlink::Socket &socket, const Address &address) {
    Request request(RTM_GETROUTE);
    auto &body = request.body<rtmsg>();
    body.rtm_family = netlink::family_of(address);
    body.rtm_dst_len = address.is_ipv4() ? 32 : 128;
    request.put(RTA_DST, address);
    std::optional<Route> route;
    const int failed = socket.ask(request, [&](const nlmsghdr &m) { route = parse_route(m); });
    if (failed == ENETUNREACH) {
        return no_route("no route");
    }
    if (failed != 0) {
        return no_route(std::string("no route: ") + std::strerror(failed));
    }
    return route.value_or(no_route("no route"));
}

} // namespace sipsteer

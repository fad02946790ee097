// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/link.hpp"

#include "kernel/netlink/attributes.hpp"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace sipsteer {

using netlink::Attributes;
using netlink::Request;

namespace {

void read_kind(const Attributes &attributes, LinkInfo &link) {
    const Attributes info(attributes.get(IFLA_LINKINFO));
    link.kind = info.text(IFLA_INFO_KIND);
    if (link.kind != "vlan" && link.kind != "macvlan") {
        return; // others have an IFLA_LINK with another meaning: a veth names its peer
    }
    if (attributes.get(IFLA_LINK_NETNSID) == nullptr) {
        link.lower = attributes.u32(IFLA_LINK).value_or(0);
    }
    if (link.kind == "vlan") {
        const Attributes data(info.get(IFLA_INFO_DATA));
        link.vlan = data.u16(IFLA_VLAN_ID).value_or(0);
        link.vlan_protocol = ntohs(data.u16(IFLA_VLAN_PROTOCOL).value_or(0));
    }
}

Result<LinkInfo> ask(netlink::Socket &socket, Request &request, const std::string &who) {
    std::optional<LinkInfo> link;
    const int failed = socket.ask(request, [&](const nlmsghdr &m) { link = parse_link(m); });
    if (failed != 0 || !link) {
        return system_error("interface " + who, failed != 0 ? failed : ENODEV);
    }
    return *link;
}

} // namespace

std::optional<LinkInfo> parse_link(const nlmsghdr &message) {
    if (message.nlmsg_type != RTM_NEWLINK ||
        mnl_nlmsg_get_payload_len(&message) < sizeof(ifinfomsg)) {
        return std::nullopt;
    }
    const auto *body = static_cast<const ifinfomsg *>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(*body));
    const auto mac = attributes.mac(IFLA_ADDRESS);
    LinkInfo link;
    link.ifindex = static_cast<std::uint32_t>(body->ifi_index);
    link.name = attributes.text(IFLA_IFNAME);
    link.ethernet = body->ifi_type == ARPHRD_ETHER && mac.has_value();
    link.enabled = (body->ifi_flags & IFF_UP) != 0;
    // RUNNING follows the carrier after up to a second, LOWER_UP at once.
    link.up = link.enabled && (body->ifi_flags & IFF_RUNNING) != 0 &&
              (body->ifi_flags & IFF_LOWER_UP) != 0;
    link.mtu = attributes.u32(IFLA_MTU).value_or(0);
    link.master = attributes.u32(IFLA_MASTER).value_or(0);
    link.mac = mac.value_or(MacAddress{});
    read_kind(attributes, link);
    const Attributes programs(attributes.get(IFLA_XDP));
    link.xdp_native = programs.u32(IFLA_XDP_DRV_PROG_ID).value_or(0);
    link.xdp_generic = programs.u32(IFLA_XDP_SKB_PROG_ID).value_or(0);
    return link;
}

Result<LinkInfo> find_link(netlink::Socket &socket, const std::string &name) {
    if (name.empty() || name.size() >= IFNAMSIZ) {
        return system_error("interface " + name, ENODEV);
    }
    Request request(RTM_GETLINK);
    request.body<ifinfomsg>().ifi_family = AF_UNSPEC;
    request.put(IFLA_IFNAME, name);
    return ask(socket, request, name);
}

Result<LinkInfo> find_link(netlink::Socket &socket, std::uint32_t ifindex) {
    Request request(RTM_GETLINK);
    auto &body = request.body<ifinfomsg>();
    body.ifi_family = AF_UNSPEC;
    body.ifi_index = static_cast<int>(ifindex);
    return ask(socket, request, "number " + std::to_string(ifindex));
}

Result<LinkInfo> find_link(const std::string &name) {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    return find_link(*socket, name);
}

Result<std::vector<LinkInfo>> find_links() {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    Request request(RTM_GETLINK, NLM_F_DUMP);
    request.body<ifinfomsg>().ifi_family = AF_UNSPEC;
    std::vector<LinkInfo> links;
    const int failed = socket->ask(request, [&](const nlmsghdr &message) {
        if (auto link = parse_link(message)) {
            links.push_back(std::move(*link));
        }
    });
    if (failed != 0) {
        return system_error("cannot read the interfaces", failed);
    }
    return links;
}

} // namespace sipsteer

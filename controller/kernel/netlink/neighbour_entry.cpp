// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/neighbour_entry.hpp"

#include "kernel/netlink/attributes.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

namespace sipsteer {

using netlink::Attributes;
using netlink::Request;

namespace {

constexpr unsigned kFixed = NUD_PERMANENT | NUD_NOARP;
constexpr unsigned kUsable = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | kFixed;

/// NDA_CACHEINFO counts in clock ticks of user space, 10 ms each.
std::chrono::milliseconds confirmed_ago(const Attributes &attributes) {
    static const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
    const nlattr *found = attributes.get(NDA_CACHEINFO);
    if (found == nullptr || mnl_attr_get_payload_len(found) < sizeof(nda_cacheinfo)) {
        return std::chrono::milliseconds::max();
    }
    const auto *times = static_cast<const nda_cacheinfo *>(mnl_attr_get_payload(found));
    return std::chrono::milliseconds(std::int64_t{times->ndm_confirmed} * 1000 / ticks_per_second);
}

NeighbourEntry parse_entry(const nlmsghdr &message) {
    NeighbourEntry entry;
    if (message.nlmsg_type != RTM_NEWNEIGH || mnl_nlmsg_get_payload_len(&message) < sizeof(ndmsg)) {
        return entry;
    }
    const auto *body = static_cast<const ndmsg *>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(*body));
    const auto mac = attributes.mac(NDA_LLADDR);
    if (mac) {
        entry.mac = *mac;
    }
    // Without a MAC no state is of use to us.
    entry.state = mac || (body->ndm_state & kUsable) == 0 ? body->ndm_state : std::uint16_t{0};
    entry.learned =
        (body->ndm_state & kFixed) == 0 && (body->ndm_flags & (NTF_EXT_LEARNED | NTF_PROXY)) == 0;
    entry.confirmed_ago = confirmed_ago(attributes);
    return entry;
}

void fill(Request &request, std::uint32_t ifindex, const Address &address, std::uint8_t flags) {
    auto &body = request.body<ndmsg>();
    body.ndm_family = netlink::family_of(address);
    body.ndm_ifindex = static_cast<int>(ifindex);
    body.ndm_flags = flags;
    request.put(NDA_DST, address);
}

} // namespace

bool NeighbourEntry::usable() const {
    return (state & kUsable) != 0;
}
bool NeighbourEntry::failed() const {
    return (state & NUD_FAILED) != 0;
}

NeighbourEntry find_neighbour(netlink::Socket &socket, std::uint32_t ifindex,
                              const Address &address) {
    Request request(RTM_GETNEIGH);
    fill(request, ifindex, address, 0);
    NeighbourEntry entry;
    const int failed = socket.ask(request, [&](const nlmsghdr &m) { entry = parse_entry(m); });
    return failed == 0 ? entry : NeighbourEntry{};
}

bool use_neighbour(netlink::Socket &socket, std::uint32_t ifindex, const Address &address) {
    Request request(RTM_NEWNEIGH, NLM_F_CREATE);
    fill(request, ifindex, address, NTF_USE);
    // Fails with the interface down or gone, too, which is found out by other ways.
    return socket.ask(request) != ENOBUFS;
}

void forget_neighbour(netlink::Socket &socket, std::uint32_t ifindex, const Address &address) {
    Request request(RTM_DELNEIGH);
    fill(request, ifindex, address, 0);
    socket.ask(request); // fails if the kernel has forgotten it already
}

std::optional<Address> neighbour_address(const nlmsghdr &message) {
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(ndmsg)) {
        return std::nullopt;
    }
    return Attributes(message, sizeof(ndmsg)).address(NDA_DST);
}

} // namespace sipsteer

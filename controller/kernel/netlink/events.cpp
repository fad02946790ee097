// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/events.hpp"

#include "kernel/netlink/neighbour_entry.hpp"
#include "kernel/netlink/netlink.hpp"

#include <array>
#include <linux/rtnetlink.h>
#include <span>
#include <sys/socket.h>

namespace sipsteer {

namespace {

constexpr std::array kGroups = {
    RTNLGRP_LINK,  RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, // of links
    RTNLGRP_NEIGH, RTNLGRP_IPV4_ROUTE,  RTNLGRP_IPV6_ROUTE,  RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
};
constexpr std::size_t kGroupsOfLinks = 3;

/// Room for the notices of a busy second; what does not fit is made good by looking at everything.
constexpr int kReceiveBuffer = 1 << 20;

bool is_of_links(std::uint16_t type) {
    return type == RTM_NEWLINK || type == RTM_DELLINK || type == RTM_NEWADDR || type == RTM_DELADDR;
}

void note(const nlmsghdr &message, Notices &notices) {
    notices.links |= is_of_links(message.nlmsg_type);
    if (message.nlmsg_type != RTM_NEWNEIGH && message.nlmsg_type != RTM_DELNEIGH) {
        notices.everything = true;
        return;
    }
    if (const auto address = neighbour_address(message)) {
        notices.neighbours.insert(*address);
    }
}

} // namespace

Status Events::start(About about) {
    auto fd = netlink::open_netlink_socket(SOCK_NONBLOCK);
    if (!fd) {
        return fd.error();
    }
    const auto groups =
        std::span(kGroups).first(about == About::Links ? kGroupsOfLinks : kGroups.size());
    for (const int group : groups) {
        if (::setsockopt(fd->get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) !=
            0) {
            return system_error("cannot watch the kernel's interfaces, neighbours and routes");
        }
    }
    ::setsockopt(fd->get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer));
    descriptor_.assign(fd->release());
    wait();
    return Done{};
}

void Events::wait() {
    descriptor_.async_wait(descriptor_.wait_read, [this](boost::system::error_code failed) {
        if (!failed) { // else this is gone
            read_all();
            wait();
        }
    });
}

void Events::read_all() {
    Notices notices;
    while (read_one(notices)) {
    }
    if (notices.everything || !notices.neighbours.empty()) {
        on_notices_(notices);
    }
}

/// False when there is nothing more to read.
bool Events::read_one(Notices &notices) {
    alignas(nlmsghdr) std::array<char, 32768> buffer;
    const auto size = ::recv(descriptor_.native_handle(), buffer.data(), buffer.size(), 0);
    if (size < 0) {
        if (errno == ENOBUFS) {
            notices.links = true;
            notices.everything = true;
        }
        return errno == ENOBUFS || errno == EINTR;
    }
    int left = static_cast<int>(size);
    const auto *message = reinterpret_cast<const nlmsghdr *>(buffer.data());
    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        note(*message, notices);
    }
    return true;
}

} // namespace sipsteer

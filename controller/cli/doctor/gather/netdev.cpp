// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/netdev.hpp"

#include "kernel/netlink/attributes.hpp"
#include "kernel/netlink/netlink.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace sipsteer::doctor {

namespace {

using netlink::Attributes;
using netlink::Request;

// linux/netdev.h
constexpr const char *kFamily = "netdev";
constexpr std::uint8_t kDevGet = 1;
constexpr std::uint16_t kIfindex = 1;
constexpr std::uint16_t kXdpFeatures = 3;

/// The family's number; 0: the kernel has none.
std::uint16_t find_family(netlink::Socket &socket) {
    Request request(GENL_ID_CTRL);
    request.body<genlmsghdr>().cmd = CTRL_CMD_GETFAMILY;
    request.put(CTRL_ATTR_FAMILY_NAME, std::string(kFamily));
    std::uint16_t id = 0;
    const int failed = socket.ask(request, [&](const nlmsghdr &message) {
        id = Attributes(message, sizeof(genlmsghdr)).u16(CTRL_ATTR_FAMILY_ID).value_or(0);
    });
    return failed == 0 ? id : std::uint16_t{0};
}

} // namespace

Known<std::uint64_t> xdp_features(std::uint32_t ifindex) {
    auto socket = netlink::Socket::open(NETLINK_GENERIC);
    if (!socket) {
        return socket.error();
    }
    const std::uint16_t family = find_family(*socket);
    if (family == 0) {
        return Error{"a kernel before 6.3 does not report the XDP features of its driver"};
    }
    Request request(family);
    request.body<genlmsghdr>().cmd = kDevGet;
    request.put(kIfindex, ifindex);
    std::optional<std::uint64_t> features;
    const int failed = socket->ask(request, [&](const nlmsghdr &message) {
        features = Attributes(message, sizeof(genlmsghdr)).u64(kXdpFeatures);
    });
    if (!features) {
        return system_error("the kernel does not report the XDP features of its driver",
                            failed != 0 ? failed : ENODATA);
    }
    return *features;
}

} // namespace sipsteer::doctor

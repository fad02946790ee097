// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/links.hpp"

#include "cli/doctor/gather/ethtool.hpp"
#include "cli/doctor/gather/interrupts.hpp"
#include "cli/doctor/gather/netdev.hpp"
#include "cli/doctor/gather/text_file.hpp"

#include <algorithm>
#include <linux/ethtool.h>
#include <memory>
#include <net/if.h>
#include <sstream>

namespace sipsteer::doctor {

namespace {

/// The kernel goes by the larger of the interface's own and that of "all".
Known<int> setting(const std::string &interface, const std::string &name) {
    const std::string directory = "/proc/sys/net/ipv4/conf/";
    const auto all = read_number(directory + "all/" + name);
    const auto own = read_number(directory + interface + '/' + name);
    if (!all || !own) {
        return all ? own.error() : all.error();
    }
    return static_cast<int>(std::max(*all, *own));
}

} // namespace

Link gather_link(const std::string &name) {
    Link link;
    link.info = find_link(name);
    if (!link.info) {
        return link;
    }
    const Ethtool ethtool(name);
    const auto driver = ethtool.driver();
    link.driver = driver.name;
    link.xdp_features = xdp_features(link.info->ifindex);
    link.offloads = ethtool.features();
    link.queues = ethtool.queues();
    link.rss_table = ethtool.rss_table();
    link.udp_hash = {{"udp4", ethtool.hash_fields(UDP_V4_FLOW)},
                     {"udp6", ethtool.hash_fields(UDP_V6_FLOW)}};
    link.interrupts = interrupts_of(driver.bus);
    link.rp_filter = setting(name, "rp_filter");
    link.arp_ignore = setting(name, "arp_ignore");
    return link;
}

std::set<MacAddress> gather_own_macs() {
    std::set<MacAddress> macs;
    const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> interfaces(
        ::if_nameindex(), &::if_freenameindex);
    for (const auto *entry = interfaces.get(); entry != nullptr && entry->if_index != 0; entry++) {
        if (const auto info = find_link(entry->if_name); info && info->ethernet) {
            macs.insert(info->mac);
        }
    }
    return macs;
}

std::vector<std::string> default_routes_in(const std::string &routes) {
    std::vector<std::string> interfaces;
    std::istringstream lines(routes);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream columns(line); // Iface Destination Gateway Flags RefCnt Use Metric Mask
        std::string interface;
        std::string destination;
        std::string mask;
        std::string skipped;
        columns >> interface >> destination >> skipped >> skipped >> skipped >> skipped >> skipped;
        columns >> mask;
        if (destination == "00000000" && mask == "00000000") {
            interfaces.push_back(interface);
        }
    }
    return interfaces;
}

} // namespace sipsteer::doctor

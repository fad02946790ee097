// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/own_links.hpp"

#include "base/log.hpp"
#include "base/own_addresses.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

namespace sipsteer {

using std::chrono::milliseconds;

namespace {

/// The least time between two looks. When a VRRP daemon takes over, its interface and its addresses
/// come one by one, and until the last is seen the frames for them are not taken.
constexpr milliseconds kPause{10};

/// After one that failed.
constexpr milliseconds kRetry{1000};

bool is_link_local(const Address &address) {
    const auto &bytes = address.bytes();
    return address.is_ipv4() ? address.ipv4_bytes()[0] == 169 && address.ipv4_bytes()[1] == 254
                             : bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

/// The interfaces with an address that a router may have a route to. IPv6 gives a link-local one to
/// each, also to that of a VRRP daemon in reserve.
std::set<std::string> addressed_interfaces(const std::vector<OwnAddress> &addresses) {
    std::set<std::string> interfaces;
    for (const auto &own : addresses) {
        if (!is_link_local(own.address)) {
            interfaces.insert(own.interface);
        }
    }
    return interfaces;
}

/// Between programs of one machine no NIC makes the checksums.
bool is_software(const LinkInfo &link) {
    const bool stands_on_others =
        (link.kind == "vlan" && link.lower != 0) || link.kind == "bond" || link.kind == "team";
    return !link.kind.empty() && !stands_on_others;
}

/// Likewise between virtual machines: their NICs hand frames over with the sums still to be made.
bool is_paravirtual(const std::string &interface) {
    std::error_code failed;
    const auto driver =
        std::filesystem::read_symlink("/sys/class/net/" + interface + "/device/driver", failed);
    const std::string name = failed ? "" : driver.filename().string();
    return name == "virtio_net" || name == "vmxnet3" || name == "hv_netvsc" || name == "vif";
}

/// A VLAN's frames are those of the interface below it, a bond's those of its ports.
void take_from_below(std::vector<OwnLink> &own) {
    for (int level = 0; level < 3; level++) { // a VLAN in a VLAN on a bond
        for (auto &link : own) {
            link.sums_later |= std::any_of(own.begin(), own.end(), [&](const OwnLink &other) {
                return other.sums_later &&
                       (other.ifindex == link.lower || other.bond == link.ifindex);
            });
        }
    }
}

} // namespace

std::vector<OwnLink> own_links(const std::vector<LinkInfo> &links,
                               const std::set<std::string> &addressed,
                               const std::set<std::string> &paravirtual) {
    std::map<std::uint32_t, std::string> kinds;
    for (const auto &link : links) {
        kinds[link.ifindex] = link.kind;
    }
    std::vector<OwnLink> own;
    for (const auto &link : links) {
        if (!link.ethernet) {
            continue;
        }
        const auto master = kinds.find(link.master);
        const std::string over = master == kinds.end() ? "" : master->second;
        own.push_back({.ifindex = link.ifindex,
                       .name = link.name,
                       .mac = link.mac,
                       .lower = link.lower,
                       .bridge = over == "bridge" ? link.master : 0,
                       .bond = over == "bond" || over == "team" ? link.master : 0,
                       .vlan = link.vlan,
                       .macvlan = link.kind == "macvlan",
                       .sums_later = is_software(link) || paravirtual.contains(link.name),
                       .addressed = link.up && addressed.contains(link.name)});
    }
    take_from_below(own);
    return own;
}

OwnLinks::OwnLinks(boost::asio::io_context &io, std::function<void()> on_change)
    : on_change_(std::move(on_change)), events_(io,
                                                [this](const Notices &notices) {
                                                    if (notices.links) {
                                                        look_later();
                                                    }
                                                }),
      timer_(io) {}

/// Subscribes first: what changes meanwhile is noticed.
Status OwnLinks::start() {
    if (auto started = events_.start(Events::About::Links); !started) {
        return started;
    }
    return look();
}

Status OwnLinks::look() {
    const auto links = find_links();
    const auto addresses = own_addresses();
    if (!links || !addresses) {
        next_ = Clock::now() + kRetry;
        return links ? system_error("cannot read the addresses of this host") : links.error();
    }
    next_ = Clock::now() + kPause;
    std::set<std::string> paravirtual;
    for (const auto &link : *links) {
        if (is_paravirtual(link.name)) {
            paravirtual.insert(link.name);
        }
    }
    links_ = own_links(*links, addressed_interfaces(*addresses), paravirtual);
    addresses_.clear();
    for (const auto &own : *addresses) {
        addresses_.push_back(own.address);
        if (own.broadcast) {
            addresses_.push_back(*own.broadcast);
        }
    }
    std::sort(addresses_.begin(), addresses_.end());
    return Done{};
}

void OwnLinks::look_later() {
    if (due_) {
        return;
    }
    due_ = true;
    timer_.expires_at(next_); // at once if that is past
    timer_.async_wait([this](boost::system::error_code failed) {
        if (!failed) {
            due_ = false;
            look_again();
        }
    });
}

void OwnLinks::look_again() {
    const auto links = links_;
    const auto addresses = addresses_;
    if (auto done = look(); !done) {
        log::warn("interfaces_not_read", {{"problem", done.error().message}});
        look_later();
    }
    if (links_ != links || addresses_ != addresses) {
        on_change_();
    }
}

} // namespace sipsteer

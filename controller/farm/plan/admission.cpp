// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/admission.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace sipsteer::plan {

namespace {

LinkKey key_of(std::uint32_t ifindex, std::uint16_t vlan, const MacAddress &mac) {
    ss_link_key key{};
    key.ifindex = ifindex;
    key.vlan = vlan;
    std::copy(mac.begin(), mac.end(), key.mac);
    return std::bit_cast<LinkKey>(key);
}

/// The interfaces that stand on one interface with a program, that one included, each in the VLAN
/// that its frames have a tag of there.
class Stack {
public:
    using Place = std::pair<const OwnLink *, std::uint16_t>;

    Stack(const config::Config &config, const std::vector<OwnLink> &links, const OwnLink &base)
        : config_(config), links_(links) {
        add(base, 0);
    }

    const std::set<Place> &places() const { return places_; }

private:
    void add(const OwnLink &link, std::uint16_t vlan) {
        if (!places_.insert({&link, vlan}).second) {
            return;
        }
        for (const auto &other : links_) {
            if (other.lower == link.ifindex) {
                add(other, vlan != 0 ? vlan : tag_of(other)); // the outer tag is the lower one's
            } else if (other.ifindex == link.bridge || other.ifindex == link.bond) {
                add(other, vlan);
            }
        }
    }

    std::uint16_t tag_of(const OwnLink &link) const {
        for (const auto &tag : config_.vlan_tags) {
            if (tag.name == link.name) {
                return tag.id;
            }
        }
        return link.vlan;
    }

    const config::Config &config_;
    const std::vector<OwnLink> &links_;
    std::set<Place> places_;
};

/// Whether frames to its MAC are for this host.
bool counts(const config::Config &config, const OwnLink &link) {
    const auto puts_vip = [&](const auto &service) { return service.vip_interface == link.name; };
    return !link.macvlan || link.addressed ||
           std::any_of(config.services.begin(), config.services.end(), puts_vip);
}

/// The numbers that frames of an interface with a program come in under: its own, and those of a
/// bond's ports, on which the kernel then runs the program.
std::set<std::uint32_t> ingress_of(const std::vector<OwnLink> &links, const OwnLink &base) {
    std::set<std::uint32_t> ingress{base.ifindex};
    for (const auto &link : links) {
        if (link.bond == base.ifindex) {
            ingress.insert(link.ifindex);
        }
    }
    return ingress;
}

/// What comes in under `ingress`. A NIC may take the tag off before the program sees the frame; the
/// MAC of the interface below is this host's in every VLAN.
void add_frames(LinkKeys &keys, std::uint32_t ingress, const MacAddress &mac,
                const MacAddress &base, std::uint16_t vlan) {
    for (const std::uint16_t seen : {std::uint16_t{0}, vlan}) {
        keys.insert(key_of(ingress, seen, mac));
        keys.insert(key_of(ingress, seen, base));
    }
}

/// Where frames come in before a NIC makes their checksums, these are not looked at.
void add_sums(LinkKeys &keys, const config::Interface &interface, const std::vector<OwnLink> &links,
              std::uint32_t ingress) {
    using config::Checksums;
    for (const auto &link : links) {
        if (link.ifindex == ingress &&
            (interface.checksums == Checksums::Trust ||
             (interface.checksums == Checksums::Auto && link.sums_later))) {
            keys.insert(key_of(ingress, SS_LINK_SUMS_LATER, {}));
        }
    }
}

} // namespace

LinkKey from_director(const MacAddress &mac) {
    return key_of(0, 0, mac);
}

LinkKeys own_frames(const config::Config &config, const std::vector<OwnLink> &links) {
    LinkKeys keys;
    for (const auto &director : config.directors) {
        keys.insert(from_director(director.mac));
    }
    for (const auto &interface : config.interfaces) {
        const auto base = std::find_if(links.begin(), links.end(), [&](const auto &link) {
            return link.name == interface.name;
        });
        if (base == links.end()) {
            continue;
        }
        for (const auto ingress : ingress_of(links, *base)) {
            add_sums(keys, interface, links, ingress);
        }
        const Stack stack(config, links, *base);
        for (const auto &[link, vlan] : stack.places()) {
            keys.insert(from_director(link->mac));
            const auto &mac = link == &*base || counts(config, *link) ? link->mac : base->mac;
            for (const auto ingress : ingress_of(links, *base)) {
                add_frames(keys, ingress, mac, base->mac, vlan);
                if (vlan != 0) {
                    keys.insert(key_of(ingress, vlan | SS_LINK_IN_VLAN, {}));
                }
            }
        }
    }
    return keys;
}

} // namespace sipsteer::plan

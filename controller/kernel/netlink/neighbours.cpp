// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/neighbours.hpp"

#include <algorithm>
#include <utility>

namespace sipsteer {

using std::chrono::milliseconds;

namespace {

/// So many are looked at in one turn of the loop: some milliseconds.
constexpr std::size_t kSlice = 256;

/// The least time between two looks at everything, for hosts whose routes change all the time.
constexpr milliseconds kFullLookPause{100};

std::string no_room(const Address &address) {
    return std::string("the kernel's neighbour table is full; raise net.") +
           (address.is_ipv4() ? "ipv4" : "ipv6") + ".neigh.default.gc_thresh3";
}

} // namespace

Neighbours::Neighbours(boost::asio::io_context &io, std::function<void()> on_change,
                       NeighbourTimes times)
    : on_change_(std::move(on_change)), times_(times),
      events_(io, [this](const Notices &notices) { on_notices(notices); }), retry_(io), check_(io),
      full_look_(io) {}

Status Neighbours::start() {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    socket_ = std::move(*socket);
    if (auto started = events_.start(); !started) {
        return started;
    }
    if (auto opened = frames_.open(packets::PacketSocket::Path::Queues); !opened) {
        return opened;
    }
    retry_later();
    check_later();
    return Done{};
}

void Neighbours::watch(const std::set<Address> &addresses, const std::set<Address> &routed) {
    const bool other_ways = std::exchange(routed_, routed) != routed;
    std::erase_if(watched_, [&](const auto &item) { return !addresses.contains(item.first); });
    std::erase_if(next_hops_, [&](const auto &item) { return !addresses.contains(item.first); });
    LinkCache links;
    for (const auto &address : addresses) {
        const auto [item, is_new] = watched_.try_emplace(address);
        if (is_new || other_ways) {
            look(address, item->second, links);
        }
    }
}

/// A router before an address that may have one counts as being on the segment.
Route Neighbours::route_to(const Address &address) {
    Route route = find_route(*socket_, address);
    if (route.kind != Route::Kind::Router || !routed_.contains(address)) {
        return route;
    }
    if (route.router.is_ipv4() != address.is_ipv4()) {
        Route refused;
        refused.problem = "behind router " + route.router.to_string() +
                          ", which has an address of another family; that is not supported";
        return refused;
    }
    route.kind = Route::Kind::OnLink;
    return route;
}

/// Asks the kernel about one address. True if its next hop is not what it was.
bool Neighbours::look(const Address &address, Watched &watched, LinkCache &links) {
    const Route route = route_to(address);
    NextHop segment = decide_segment(
        route, [&](std::uint32_t ifindex) { return link(ifindex, links); }, tags_);
    watched.ifindex = segment.problem.empty() ? route.ifindex : 0;
    if (watched.ifindex != 0 && !route.router.is_unspecified()) {
        segment.router = route.router;
    }
    watched.neighbour = segment.router.value_or(address);
    watched.entry = watched.ifindex != 0
                        ? find_neighbour(*socket_, route.ifindex, watched.neighbour)
                        : NeighbourEntry{};
    watched.asker = {segment.source_mac, route.source};
    note_loss(segment, watched);
    watched.no_room = watched.no_room && watched.entry.state == 0;
    auto &known = next_hops_[address];
    note_trouble(segment, known, watched);
    NextHop now = hold(segment, known, watched) ? known
                                                : decide_next_hop(segment, watched.neighbour,
                                                                  watched.entry, watched.given_up);
    now.own_trouble = watched.trouble ? segment.problem : std::string();
    if (watched.ifindex != 0 && (watched.entry.state == 0 || watched.entry.failed())) {
        find_out(watched);
    }
    if (watched.no_room && !now.resolved) {
        now.problem = no_room(address);
        now.failed = false; // nobody was asked
        now.pending = false;
    }
    const bool changed = now != known;
    known = std::move(now);
    return changed;
}

/// An entry that has failed is asked for again at once and does not say so for long: remember it.
/// Soon after a trouble of this host that says nothing: who was cut off, too, may not answer yet.
void Neighbours::note_loss(const NextHop &segment, Watched &watched) const {
    if (!segment.problem.empty() || segment.local || watched.entry.usable()) {
        watched.lost.reset();
        watched.given_up = false;
        return;
    }
    watched.lost = watched.lost.value_or(Clock::now());
    watched.given_up |= (watched.entry.failed() && !watched.trouble && !settles(watched)) ||
                        Clock::now() - *watched.lost >= times_.hold;
}

/// Whether a trouble of this host is over, but not for long.
bool Neighbours::settles(const Watched &watched) const {
    return watched.settled && Clock::now() - *watched.settled < times_.hold;
}

/// A link or a route that goes away under a next hop is this host's trouble, not the server's.
void Neighbours::note_trouble(const NextHop &segment, const NextHop &old, Watched &watched) {
    if (segment.problem.empty()) {
        if (watched.trouble) {
            watched.settled = Clock::now();
        }
        watched.trouble.reset();
    } else if (old.resolved && !old.local && !watched.trouble) {
        watched.trouble = Clock::now();
    }
}

/// Whether the MAC stays in force though the kernel has none just now. An address that comes to
/// this host, or leaves it, is another host's from that moment on.
bool Neighbours::hold(const NextHop &segment, const NextHop &old, const Watched &watched) const {
    if (!old.resolved || old.local || segment.local) {
        return false;
    }
    const auto now = Clock::now();
    if (!segment.problem.empty()) {
        return now - *watched.trouble < times_.own_trouble || !anybody_is_well();
    }
    const bool same_segment = segment.ifindex == old.ifindex && segment.vlan == old.vlan &&
                              segment.source_mac == old.source_mac;
    return (same_segment || settles(watched)) && !watched.entry.usable() && !watched.given_up;
}

bool Neighbours::anybody_is_well() const {
    return std::any_of(next_hops_.begin(), next_hops_.end(), [](const auto &known) {
        return known.second.resolved && known.second.own_trouble.empty();
    });
}

/// The kernel tells of a carrier that is lost after up to a second. Asked, it says so at once.
bool Neighbours::links_changed() {
    std::map<std::uint32_t, bool> up;
    for (const auto &[address, watched] : watched_) {
        if (watched.ifindex != 0 && !up.contains(watched.ifindex)) {
            const auto link = find_link(*socket_, watched.ifindex);
            up[watched.ifindex] = link && link->up;
        }
    }
    const bool changed = std::any_of(up.begin(), up.end(), [&](const auto &now) {
        const auto before = up_.find(now.first);
        return before != up_.end() && before->second != now.second;
    });
    up_ = std::move(up);
    return changed;
}

void Neighbours::find_out(Watched &watched) {
    watched.no_room = !use_neighbour(*socket_, watched.ifindex, watched.neighbour);
}

/// The turn of an address whose MAC is in force.
void Neighbours::check(Watched &watched) {
    const auto entry = find_neighbour(*socket_, watched.ifindex, watched.neighbour);
    if (!entry.usable()) {
        ask(watched, nullptr); // as does the kernel, but that only once a second
        return;
    }
    if (!entry.learned) {
        return; // an administrator's or a routing daemon's, who know better
    }
    switch (watched.check.next(Clock::now(), entry.confirmed_ago)) {
    case Check::Turn::AskOwner:
        ask(watched, &entry.mac);
        break;
    case Check::Turn::AskEverybody:
        ask(watched, nullptr);
        break;
    case Check::Turn::StartOver:
        start_over(watched);
        break;
    }
}

void Neighbours::start_over(Watched &watched) {
    forget_neighbour(*socket_, watched.ifindex, watched.neighbour);
    find_out(watched);
}

/// The answer is the kernel's to read; what it makes of it will be noticed. Best effort: a frame
/// that is not sent is one that is not answered.
void Neighbours::ask(const Watched &watched, const MacAddress *owner) {
    const Address &address = watched.neighbour;
    if (address.is_ipv4()) {
        const auto &to = owner != nullptr ? *owner : packets::kBroadcastMac;
        (void)frames_.send(packets::arp_request(watched.asker, to, address), watched.ifindex);
    } else if (!watched.asker.address.is_unspecified()) {
        // From the unspecified address it would be a claim to the address (RFC 4862, 5.4).
        (void)frames_.send(packets::neighbour_solicitation(watched.asker, owner, address),
                           watched.ifindex);
    }
}

/// The addresses that these neighbours stand for: themselves, and those behind routers.
std::set<Address> Neighbours::behind(const std::set<Address> &neighbours) const {
    std::set<Address> addresses = neighbours;
    for (const auto &address : routed_) {
        const auto item = watched_.find(address);
        if (item != watched_.end() && neighbours.contains(item->second.neighbour)) {
            addresses.insert(address);
        }
    }
    return addresses;
}

void Neighbours::on_notices(const Notices &notices) {
    if (notices.everything) {
        schedule_full_look();
    }
    LinkCache links;
    bool changed = false;
    for (const auto &address : behind(notices.neighbours)) {
        if (const auto item = watched_.find(address); item != watched_.end()) {
            changed |= look(address, item->second, links);
        }
    }
    if (changed) {
        on_change_();
    }
}

void Neighbours::schedule_full_look() {
    if (full_look_due_) {
        return;
    }
    full_look_due_ = true;
    full_look_.expires_at(last_full_look_ + kFullLookPause); // at once if that is past
    full_look_.async_wait([this](boost::system::error_code failed) {
        if (!failed) {
            full_look_due_ = false;
            look_at_everything();
        }
    });
}

void Neighbours::look_at_everything() {
    last_full_look_ = Clock::now();
    LinkCache links;
    bool changed = false;
    for (auto &[address, watched] : watched_) {
        changed |= look(address, watched, links);
    }
    if (changed) {
        on_change_();
    }
}

void Neighbours::retry_later() {
    retry_after(times_.retry, std::nullopt);
}

void Neighbours::retry_after(milliseconds pause, const std::optional<Address> &first) {
    retry_.expires_after(pause);
    retry_.async_wait([this, first](boost::system::error_code failed) {
        if (!failed) {
            retry(first);
        }
    });
}

/// From an address on, or from the beginning: in slices, for of thousands nobody may answer.
void Neighbours::retry(const std::optional<Address> &first) {
    LinkCache links;
    bool changed = false;
    std::size_t looked = 0;
    auto item = first ? watched_.lower_bound(*first) : watched_.begin();
    for (; item != watched_.end() && looked < kSlice; ++item) {
        // Without an interface a route or a link is missing, whose coming will be noticed.
        // But a trouble that lasts is judged anew.
        auto &watched = item->second;
        if (watched.trouble || (watched.ifindex != 0 && !watched.entry.usable())) {
            changed |= look(item->first, watched, links);
            ++looked;
        }
    }
    if (item != watched_.end()) {
        retry_after(milliseconds(1), item->first);
    } else {
        retry_later();
    }
    if (changed) {
        on_change_();
    }
}

void Neighbours::check_later() {
    check_.expires_after(times_.check);
    check_.async_wait([this](boost::system::error_code failed) {
        if (failed) {
            return;
        }
        if (links_changed()) {
            schedule_full_look();
        }
        check_all();
        check_later();
    });
}

/// Each neighbour once: a thousand servers may be behind one router.
void Neighbours::check_all() {
    std::set<std::pair<std::uint32_t, Address>> checked;
    for (auto &[address, watched] : watched_) {
        if (watched.ifindex != 0 && next_hops_[address].resolved &&
            checked.emplace(watched.ifindex, watched.neighbour).second) {
            check(watched);
        }
    }
}

std::optional<LinkInfo> Neighbours::link(std::uint32_t ifindex, LinkCache &links) {
    const auto [item, is_new] = links.try_emplace(ifindex);
    if (is_new) {
        if (auto found = find_link(*socket_, ifindex)) {
            item->second = std::move(*found);
        }
    }
    return item->second;
}

} // namespace sipsteer

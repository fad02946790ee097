// SPDX-License-Identifier: Apache-2.0
#include "neighbours/neighbours.hpp"

namespace sipsteer {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// How long a MAC outlives its entry. The kernel also drops entries for want of room or on an
/// administrator's word, which says nothing about the server; asking again takes it 3 s at most,
/// then the entry is there, or is marked as failed.
constexpr seconds kHold{5};

/// The least time between two looks at everything, for hosts whose routes change all the time.
constexpr milliseconds kFullLookPause{100};

} // namespace

Neighbours::Neighbours(boost::asio::io_context &io, std::function<void()> on_change,
                       NeighbourTimes times)
    : on_change_(std::move(on_change)), times_(times),
      events_(io, [this](const Notices &notices) { on_notices(notices); }), tick_(io),
      full_look_(io), random_(std::random_device{}()) {}

Status Neighbours::start() {
    auto socket = netlink::Socket::open();
    if (!socket) {
        return socket.error();
    }
    socket_ = std::move(*socket);
    if (auto started = events_.start(); !started) {
        return started;
    }
    tick_.expires_after(times_.retry);
    tick();
    return Done{};
}

void Neighbours::watch(const std::set<Address> &addresses) {
    std::erase_if(watched_, [&](const auto &item) { return !addresses.contains(item.first); });
    std::erase_if(next_hops_, [&](const auto &item) { return !addresses.contains(item.first); });
    LinkCache links;
    for (const auto &address : addresses) {
        const auto [item, is_new] = watched_.try_emplace(address);
        if (is_new) {
            item->second.confirm_at = next_confirmation();
            look(address, item->second, links);
        }
    }
}

/// Asks the kernel about one address. True if its next hop is not what it was.
bool Neighbours::look(const Address &address, Watched &watched, LinkCache &links) {
    const Route route = find_route(*socket_, address);
    const NextHop segment = decide_segment(
        route, [&](std::uint32_t ifindex) { return link(ifindex, links); }, tags_);
    watched.ifindex = segment.problem.empty() ? route.ifindex : 0;
    watched.entry =
        watched.ifindex != 0 ? find_neighbour(*socket_, route.ifindex, address) : NeighbourEntry{};
    auto &known = next_hops_[address];
    NextHop now = decide_next_hop(segment, address, watched.entry);
    if (!now.resolved && hold(segment, known, watched)) {
        now = known;
        watched.lost = watched.lost.value_or(Clock::now());
    } else {
        watched.lost.reset();
    }
    if (watched.ifindex != 0 && (watched.entry.state == 0 || watched.entry.failed())) {
        find_out(address, watched);
    }
    const bool changed = now != known;
    known = std::move(now);
    return changed;
}

/// Whether the MAC stays in force though the kernel has none just now.
bool Neighbours::hold(const NextHop &segment, const NextHop &old, Watched &watched) const {
    const bool same_segment = segment.problem.empty() && segment.ifindex == old.ifindex &&
                              segment.vlan == old.vlan && segment.source_mac == old.source_mac;
    const bool too_long = watched.lost && Clock::now() - *watched.lost >= kHold;
    return old.resolved && same_segment && !watched.entry.failed() && !too_long;
}

void Neighbours::find_out(const Address &address, Watched &watched) {
    use_neighbour(*socket_, watched.ifindex, address);
    watched.confirm_at = next_confirmation();
}

void Neighbours::on_notices(const Notices &notices) {
    if (notices.everything) {
        schedule_full_look();
    }
    LinkCache links;
    bool changed = false;
    for (const auto &address : notices.neighbours) {
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

/// Every `retry`: tries again what is not resolved, has stale entries confirmed.
void Neighbours::tick() {
    tick_.async_wait([this](boost::system::error_code failed) {
        if (failed) {
            return;
        }
        LinkCache links;
        bool changed = false;
        for (auto &[address, watched] : watched_) {
            if (watched.ifindex == 0) {
                continue; // a route or a link is missing, whose coming will be noticed
            }
            if (!watched.entry.usable()) {
                changed |= look(address, watched, links);
            } else if (watched.entry.stale() && Clock::now() >= watched.confirm_at) {
                find_out(address, watched);
            }
        }
        tick_.expires_after(times_.retry);
        tick();
        if (changed) {
            on_change_();
        }
    });
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

Neighbours::Clock::time_point Neighbours::next_confirmation() {
    const auto confirm = times_.confirm.count();
    std::uniform_int_distribution<milliseconds::rep> jittered(confirm - confirm / 5,
                                                              confirm + confirm / 5);
    return Clock::now() + milliseconds(jittered(random_));
}

} // namespace sipsteer

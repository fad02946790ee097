// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neighbours/decide.hpp"
#include "neighbours/events.hpp"
#include "neighbours/netlink.hpp"
#include "neighbours/next_hop.hpp"
#include "util/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>

namespace sipsteer {

/// How often the kernel is asked to act. `confirm` is jittered by a fifth.
struct NeighbourTimes {
    std::chrono::milliseconds retry{1000}; // what is not resolved
    /// Stale entries. Steered frames do not go through the kernel, so it would never notice by
    /// itself that a server's MAC has changed.
    std::chrono::milliseconds confirm{30'000};
};

/// Keeps the next hops of a set of addresses as the kernel has them, and makes the kernel find out
/// those it does not know. Lives on the thread of `io`; to be destroyed when `io` runs no more.
class Neighbours {
public:
    /// `on_change` is called once for every batch of changes of next_hops(), never from inside
    /// a call to this class.
    Neighbours(boost::asio::io_context &io, std::function<void()> on_change,
               NeighbourTimes times = {});

    /// See VlanTags. Before start().
    void set_vlan_tags(VlanTags tags) { tags_ = std::move(tags); }

    /// Once, before watch().
    Status start();

    /// Replaces the set of addresses. next_hops() is up to date when this returns: an address the
    /// kernel knows already is resolved at once.
    void watch(const std::set<Address> &addresses);

    /// One for every watched address.
    const std::map<Address, NextHop> &next_hops() const { return next_hops_; }

private:
    using Clock = std::chrono::steady_clock;
    using LinkCache = std::map<std::uint32_t, std::optional<LinkInfo>>;

    struct Watched {
        std::uint32_t ifindex = 0; // whose neighbour table has it; 0: none
        NeighbourEntry entry;
        std::optional<Clock::time_point> lost; // since when the entry of a resolved one is gone
        Clock::time_point confirm_at{};        // when to have a stale entry confirmed
    };

    bool look(const Address &address, Watched &watched, LinkCache &links);
    bool hold(const NextHop &segment, const NextHop &old, Watched &watched) const;
    void find_out(const Address &address, Watched &watched);
    void on_notices(const Notices &notices);
    void look_at_everything();
    void schedule_full_look();
    void tick();
    std::optional<LinkInfo> link(std::uint32_t ifindex, LinkCache &links);
    Clock::time_point next_confirmation();

    std::function<void()> on_change_;
    NeighbourTimes times_;
    Events events_;
    boost::asio::steady_timer tick_;
    boost::asio::steady_timer full_look_;
    bool full_look_due_ = false;
    Clock::time_point last_full_look_{};
    std::optional<netlink::Socket> socket_;
    VlanTags tags_;
    std::map<Address, Watched> watched_;
    std::map<Address, NextHop> next_hops_;
    std::minstd_rand random_;
};

} // namespace sipsteer

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "kernel/netlink/check.hpp"
#include "kernel/netlink/decide.hpp"
#include "kernel/netlink/events.hpp"
#include "kernel/netlink/netlink.hpp"
#include "packets/neighbour_frames.hpp"
#include "packets/packet_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace sipsteer {

struct NeighbourTimes {
    std::chrono::milliseconds retry{1000}; // how often the kernel is asked for what is not resolved
    /// How often what is resolved is checked (check.hpp). A silent change of MAC is seen at the
    /// second turn after it, with frames lost at the third or fourth: within a second.
    std::chrono::milliseconds check{200};
    /// How long next hops stand though this host's own link or route is away, while others are well
    /// that could take over. If none is, they stand until it is back.
    std::chrono::milliseconds own_trouble{5000};
    /// How long a MAC outlives its entry, and a trouble of this host. The kernel also drops entries
    /// for want of room or on an administrator's word, which says nothing about the server; asking
    /// again takes it 3 s at most, then the entry is there, or is marked as failed.
    std::chrono::milliseconds hold{5000};
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
    /// kernel knows already is resolved at once. The next hop of those that are in `routed`, too,
    /// may be a router.
    void watch(const std::set<Address> &addresses, const std::set<Address> &routed = {});

    /// One for every watched address.
    const std::map<Address, NextHop> &next_hops() const { return next_hops_; }

private:
    using Clock = std::chrono::steady_clock;
    using LinkCache = std::map<std::uint32_t, std::optional<LinkInfo>>;

    struct Watched {
        std::uint32_t ifindex = 0; // whose neighbour table has it; 0: none
        Address neighbour;         // the address itself, or the router before it
        NeighbourEntry entry;
        packets::FrameSender asker;               // what it is asked by
        std::optional<Clock::time_point> lost;    // since when the kernel has no MAC
        bool given_up = false;                    // it was asked for in vain, and is still lost
        bool no_room = false;                     // the kernel has no place for its entry
        std::optional<Clock::time_point> trouble; // since when this host cannot reach it
        std::optional<Clock::time_point> settled; // when that was over
        Check check;
    };

    bool look(const Address &address, Watched &watched, LinkCache &links);
    void note_loss(const NextHop &segment, Watched &watched) const;
    bool settles(const Watched &watched) const;
    static void note_trouble(const NextHop &segment, const NextHop &old, Watched &watched);
    bool hold(const NextHop &segment, const NextHop &old, const Watched &watched) const;
    bool anybody_is_well() const;
    bool links_changed();
    Route route_to(const Address &address);
    std::set<Address> behind(const std::set<Address> &neighbours) const;
    void find_out(Watched &watched);
    void check(Watched &watched);
    void check_all();
    void start_over(Watched &watched);
    void ask(const Watched &watched, const MacAddress *owner);
    void on_notices(const Notices &notices);
    void look_at_everything();
    void schedule_full_look();
    void retry_later();
    void retry_after(std::chrono::milliseconds pause, const std::optional<Address> &first);
    void retry(const std::optional<Address> &first);
    void check_later();
    std::optional<LinkInfo> link(std::uint32_t ifindex, LinkCache &links);

    std::function<void()> on_change_;
    NeighbourTimes times_;
    Events events_;
    boost::asio::steady_timer retry_;
    boost::asio::steady_timer check_;
    boost::asio::steady_timer full_look_;
    bool full_look_due_ = false;
    Clock::time_point last_full_look_{};
    std::optional<netlink::Socket> socket_;
    packets::PacketSocket frames_;
    VlanTags tags_;
    std::map<Address, Watched> watched_;
    std::set<Address> routed_;
    std::map<Address, NextHop> next_hops_;
    std::map<std::uint32_t, bool> up_; // interfaces to next hops, as last checked
};

} // namespace sipsteer

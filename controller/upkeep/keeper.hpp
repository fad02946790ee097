// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "kernel/dataplane/maps.hpp"
#include "kernel/netlink/events.hpp"
#include "upkeep/announcer.hpp"
#include "upkeep/plan.hpp"
#include "upkeep/retry.hpp"
#include "upkeep/state.hpp"
#include "upkeep/troubles.hpp"
#include "upkeep/vip_file.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::upkeep {

/// Keeps programs and VIPs on this host's interfaces as the configuration says: looks when the
/// kernel tells of a change, and once a second for what it does not tell. Lives on the thread of
/// `io`; to be destroyed when `io` runs no more.
class Keeper {
public:
    /// `config` is the one in force at any time; it, `options` and `maps` outlive this. `on_change`
    /// is called when a program went to another interface.
    Keeper(boost::asio::io_context &io, const config::Config &config,
           const dataplane::MapOptions &options, const dataplane::Maps &maps,
           std::function<void()> on_change);

    /// Puts everything there, and takes older programs off other interfaces. Interfaces that are
    /// not there are waited for, unless all are missing. Then watches.
    Status begin();

    /// After begin() has failed: takes away what was not there before. True if a program that was
    /// there before needs its maps.
    bool undo();

    /// Takes everything away, the maps as well. No more looks. After an error a program may still
    /// steer.
    Status detach();

    /// Writes the record of the VIPs again if the last time failed.
    void retry_record() { file_.retry(held_.vips); }

    /// Looks at once, without waiting for a retry. Each problem of a VIP is a sentence.
    std::vector<std::string> renew();

    /// Puts programs in force that look into the tables that the maps have now. An interface that
    /// is not there is no error.
    Status replace_programs();

    /// Whether the VIPs that `next` adds can be put where it says.
    Status check(const config::Config &next) const;

    /// Where programs are in force.
    const std::vector<dataplane::Attachment> &attachments() const { return held_.programs; }

    /// The configuration's name of the interface with that index, if something of ours is on it;
    /// else `name`.
    std::string configured_name(std::uint32_t ifindex, const std::string &name) const;

    const State &state() const { return state_; }

    /// What is not there now, each a sentence. Asks the kernel.
    std::vector<std::string> missing() const;

private:
    using Clock = std::chrono::steady_clock;
    static Result<Actual> read();

    std::vector<Error> look();
    std::vector<Error> take_steps(const Plan &plan);
    std::vector<Error> attach(const Plan &plan);
    Result<dataplane::Attachment> attach_one(const Attach &step) const;
    void attached(const Attach &step, const dataplane::Attachment &attachment);
    std::vector<Error> put(const Plan &plan);
    Status put_one(const PutVip &step);
    void take(const Plan &plan);
    void detach_moved(const Plan &plan);
    void note_state(const Plan &plan, const Actual &actual);
    InterfaceState interface_state(const config::Interface &interface, const Plan &plan,
                                   const Actual &actual) const;
    void note_repair(const std::string &about, const std::string &found, std::uint64_t &count);
    Repair repair_of(const std::string &about) const;
    void note_vips(const Plan &plan, const Actual &actual);
    void mend_pins();
    void follow_dispatchers(const Actual &actual);
    void announce(const std::vector<Place> &places) const;
    void look_later();
    void tick_later();
    Status first_look();

    const config::Config &config_;
    const dataplane::MapOptions &options_;
    const dataplane::Maps &maps_;
    std::function<void()> on_change_;
    VipFile file_;
    Held held_;
    std::set<Place> fresh_;                     // VIPs that this object has put there
    std::map<std::string, std::string> failed_; // steps that failed at the last try, and why
    Retry retry_;
    Troubles troubles_;
    State state_;
    std::map<std::string, Repair> repaired_; // by what it is about
    Announcer announcer_;
    Events events_;
    boost::asio::steady_timer look_timer_;
    boost::asio::steady_timer tick_timer_;
    bool look_due_ = false;
    bool watching_ = false;
    bool moved_ = false; // a program went to another interface, to be told
    Clock::time_point next_look_{};
};

} // namespace sipsteer::upkeep

// SPDX-License-Identifier: Apache-2.0
//
// The guard in force: the lists of the configuration, its deny files, the bans, and the trie that
// has them all.
#pragma once

#include "config/deny_file.hpp"
#include "config/model.hpp"
#include "farm/ban_file.hpp"
#include "farm/guard_writer.hpp"
#include "farm/plan/bans.hpp"
#include "farm/plan/guard.hpp"
#include "farm/plan/malformed.hpp"
#include "farm/plan/plan.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sipsteer::farm {

/// Why a ban was not made or lifted.
struct BanRefused {
    enum class Why { NoService, NoBan, Trusted, TooWide, Full, NotWritten };
    Why why;
    std::string text; // one sentence without a full stop
};

/// A rule or a ban, and the packets that it denied or would have.
struct GuardRow {
    plan::GuardPlace place;
    std::uint8_t action = SS_GUARD_ALLOW; // enum ss_guard_action
    plan::GuardList list = plan::GuardList::OtherFamily;
    std::uint64_t packets = 0;
};

/// What decides on a client of a service.
struct GuardAnswer {
    std::uint32_t action = SS_GUARD_ALLOW; // enum ss_guard_action, of both lists together
    plan::GuardPlace place;                // that decided; meaningless if no list has the address
    plan::GuardList list = plan::GuardList::OtherFamily;
    bool listed = false;
};

class Guard {
public:
    using Time = plan::Ban::Time;

    Guard(const dataplane::Maps &maps, const std::string &state_dir)
        : maps_(maps), file_(state_dir), bans_(file_.load()), writer_(maps) {}

    /// Reads the deny files of a configuration. They count from the next prepare() on, until
    /// accept() or withdraw(). An error names file and line.
    Status offer(const config::Config &next);
    void accept();
    void withdraw() { offered_.reset(); }

    /// Whether the deny files of a configuration can be read, and its lists fit. Changes nothing.
    Status check(const config::Config &next);

    /// What the trie should hold with this configuration, this plan and the addresses of this host,
    /// if that has changed.
    Status prepare(const config::Config &config, const plan::Plan &plan,
                   const std::vector<Address> &addresses);

    /// Before the services of a plan are written: a slice of what is new.
    Status write_additions();

    /// A slice of all that is due.
    Status write();
    std::size_t due() const { return writer_.due(); }

    /// Whether the trie has nothing of a service, by its index: the index may be another's.
    bool is_free(std::uint16_t service) const { return !writer_.has_scope(service); }

    /// In force when it returns, and not saved yet.
    std::variant<plan::Ban, BanRefused> ban(plan::Ban ban);
    std::variant<plan::Ban, BanRefused> lift(const plan::Bans::Key &key);

    /// Lifts up to `most` bans whose time is over; gives them.
    std::vector<plan::Ban> expire(Time now, std::size_t most);

    void save() { file_.save(bans_); }
    bool is_unsaved() const { return file_.is_unsaved(); }

    const plan::Bans &bans() const { return bans_; }

    /// enum ss_guard_action of a ban now; nothing if its service is not there.
    std::optional<std::uint8_t> action_of(const plan::Ban &ban) const;
    std::uint64_t packets_of(const plan::Ban &ban) const;

    /// Up to `most` rules and bans of the trie, in the order of their places behind `after`.
    std::vector<GuardRow> rows(const std::optional<plan::GuardPlace> &after,
                               std::size_t most) const;

    /// Entries of the trie, by scope and action.
    std::size_t size() const { return writer_.present().size(); }
    const GuardWriter::Counts &counts() const { return writer_.counts(); }

    GuardAnswer answer(std::uint16_t service, const Address &source) const;

    /// Limits on datagrams that are no message, by the index of their service; those that there
    /// are.
    const std::map<std::uint16_t, config::MalformedLimit> &malformed_limits() const {
        return malformed_limits_;
    }

    /// What the data plane has counted of them.
    Result<std::vector<plan::MalformedCount>> read_malformed() const;

    /// Whether an address had a call of a service confirmed in the last `known_for` ticks.
    bool is_known(std::uint16_t service, const Address &source, std::uint32_t known_for,
                  std::uint32_t now) const;

    /// The index of a service's list; SS_GUARD_ALL for "". Nothing if there is no such service.
    std::optional<std::uint32_t> scope(const std::string &service) const;
    std::string scope_name(std::uint32_t scope) const; // "": all; "?": of a service that is gone

private:
    using Scopes = std::vector<plan::GuardScope>;

    GuardWriter::Actions ban_actions() const;
    std::optional<plan::GuardPlace> place_of(const plan::Bans::Key &key) const;
    const config::Guard *guard_of(std::uint32_t scope) const;
    std::string trusted_by(const plan::Bans::Key &key) const;
    GuardRow row(const plan::GuardPlace &place, std::uint8_t action) const;
    GuardAnswer longest(std::uint32_t scope, const Address &source) const;

    const dataplane::Maps &maps_;
    BanFile file_;
    plan::Bans bans_;
    config::DenyFiles files_;
    config::DenyLists lists_; // in force
    std::optional<config::DenyLists> offered_;
    GuardWriter writer_;
    bool prepared_ = false;                      // the writer has scopes_ and made_of_
    Scopes scopes_;                              // as the writer has them
    config::DenyLists made_of_;                  // likewise
    std::map<std::string, std::uint32_t> names_; // of scopes_; "": all
    std::map<std::uint16_t, config::MalformedLimit> malformed_limits_;
};

} // namespace sipsteer::farm

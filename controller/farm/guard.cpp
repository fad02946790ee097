// SPDX-License-Identifier: Apache-2.0
#include "farm/guard.hpp"

#include "kernel/dataplane/guard.hpp"

#include <sipsteer/call.h>

#include <algorithm>

namespace sipsteer::farm {

using plan::GuardList;
using plan::GuardPlace;

namespace {

/// Of work on the trie in one turn of the loop.
constexpr std::chrono::milliseconds kGuardSlice{5};

/// Wider ones are a matter of the configuration: a slip of the finger would ban a continent. The
/// shortest of IPv6 has none of the IPv4-mapped addresses.
constexpr unsigned kLeastBits4 = 96 + 8;
constexpr unsigned kLeastBits6 = 16;

bool is_too_wide(const Prefix &prefix) {
    return prefix.is_ipv4() ? prefix.bits < kLeastBits4
                            : prefix.bits < kLeastBits6 || prefix.has(Address::from_ipv4({}));
}

/// Prefixes of a guard, those that stand in two lists twice, and one that keeps IPv4 out of IPv6.
std::size_t prefixes_of(const config::Guard &guard, const config::DenyLists &files) {
    std::size_t count = guard.trusted.size() + guard.allow.size() + guard.deny.size() + 1;
    for (const auto &path : guard.deny_files) {
        count += files.at(path)->size();
    }
    return count;
}

/// The indexes of the services in a plan, by name; "": all.
std::map<std::string, std::uint32_t> scopes_of(const plan::Plan &plan) {
    std::map<std::string, std::uint32_t> names{{"", SS_GUARD_ALL}};
    for (const auto &service : plan.services) {
        if (!service.is_marker()) {
            names[service.name] = service.value.id;
        }
    }
    return names;
}

} // namespace

Status Guard::offer(const config::Config &next) {
    auto read = files_.read(next);
    if (!read) {
        return read.error();
    }
    offered_ = std::move(*read);
    return Done{};
}

void Guard::accept() {
    if (offered_) {
        lists_ = std::move(*offered_);
        offered_.reset();
    }
}

Status Guard::check(const config::Config &next) {
    const auto read = files_.read(next);
    if (!read) {
        return read.error();
    }
    Scopes scopes{{SS_GUARD_ALL, next.guard, {}}};
    std::size_t most = prefixes_of(next.guard, *read);
    for (const auto &service : next.services) {
        scopes.push_back({static_cast<std::uint32_t>(scopes.size()), service.guard, {}});
        most += prefixes_of(service.guard, *read);
    }
    if (most <= plan::kMostPrefixes) {
        return Done{}; // counted in full only if it is close
    }
    const auto rules = plan::make_guard(scopes, *read);
    return rules ? Status(Done{}) : rules.error();
}

Status Guard::prepare(const config::Config &config, const plan::Plan &plan,
                      const std::vector<Address> &addresses) {
    auto names = scopes_of(plan);
    Scopes scopes{{SS_GUARD_ALL, config.guard, plan::own_prefixes(config, addresses)}};
    malformed_limits_.clear();
    for (const auto &service : config.services) {
        const auto found = names.find(service.name);
        if (found != names.end()) {
            scopes.push_back({found->second, service.guard, {}});
            if (service.guard.malformed_limit.per_minute != 0) {
                malformed_limits_[static_cast<std::uint16_t>(found->second)] =
                    service.guard.malformed_limit;
            }
        }
    }
    const auto &lists = offered_ ? *offered_ : lists_;
    if (prepared_ && scopes == scopes_ && lists == made_of_ && names == names_) {
        return Done{};
    }
    auto rules = plan::make_guard(scopes, lists);
    if (!rules) {
        return rules.error();
    }
    prepared_ = false;
    scopes_ = std::move(scopes);
    names_ = std::move(names);
    made_of_ = lists;
    auto done = writer_.want(std::move(*rules), ban_actions());
    prepared_ = done.ok();
    return done;
}

Status Guard::write_additions() {
    return writer_.write(kGuardSlice, true);
}

Status Guard::write() {
    return writer_.write(kGuardSlice);
}

GuardWriter::Actions Guard::ban_actions() const {
    GuardWriter::Actions actions;
    for (const auto &[key, ban] : bans_.all()) {
        const auto place = place_of(key);
        const auto action = action_of(ban);
        if (place && action) {
            actions.emplace_hint(actions.end(), *place, *action);
        }
    }
    return actions;
}

std::optional<std::uint32_t> Guard::scope(const std::string &service) const {
    const auto found = names_.find(service);
    return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::string Guard::scope_name(std::uint32_t scope) const {
    const auto found = std::find_if(names_.begin(), names_.end(),
                                    [&](const auto &entry) { return entry.second == scope; });
    return found == names_.end() ? "?" : found->first;
}

std::optional<GuardPlace> Guard::place_of(const plan::Bans::Key &key) const {
    const auto index = scope(key.first);
    return index ? std::optional(GuardPlace{*index, key.second}) : std::nullopt;
}

const config::Guard *Guard::guard_of(std::uint32_t scope) const {
    const auto found = std::find_if(scopes_.begin(), scopes_.end(),
                                    [&](const auto &one) { return one.scope == scope; });
    return found == scopes_.end() ? nullptr : &found->guard;
}

std::optional<std::uint8_t> Guard::action_of(const plan::Ban &ban) const {
    const auto index = scope(ban.service);
    const auto *guard = index ? guard_of(*index) : nullptr;
    if (guard == nullptr) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(guard->observe ? SS_GUARD_OBSERVE : SS_GUARD_DENY);
}

std::uint64_t Guard::packets_of(const plan::Ban &ban) const {
    const auto place = place_of(plan::Bans::key_of(ban));
    return place && writer_.present().contains(*place)
               ? dataplane::read_guard_packets(maps_, plan::guard_key(*place))
               : 0;
}

/// The trusted prefix that has all of a prefix, and its list; empty if none has.
std::string Guard::trusted_by(const plan::Bans::Key &key) const {
    for (const std::string &service : {std::string(), key.first}) {
        const auto index = scope(service);
        const auto *guard = index ? guard_of(*index) : nullptr;
        if (guard == nullptr) {
            continue;
        }
        for (const auto &trusted : guard->trusted) {
            if (trusted.bits <= key.second.bits && trusted.has(key.second.address)) {
                return "the prefix " + trusted.to_string() + " in the list \"trusted\" of " +
                       (service.empty() ? "all services" : "service " + service);
            }
        }
    }
    return {};
}

std::variant<plan::Ban, BanRefused> Guard::ban(plan::Ban ban) {
    const auto key = plan::Bans::key_of(ban);
    const auto place = place_of(key);
    const auto action = action_of(ban);
    if (!place || !action) {
        return BanRefused{BanRefused::Why::NoService, "there is no service " + ban.service};
    }
    if (is_too_wide(ban.prefix)) {
        return BanRefused{BanRefused::Why::TooWide,
                          "the prefix is too wide for a ban: at least 8 bits of "
                          "IPv4 or 16 of IPv6 are needed"};
    }
    if (const auto by = trusted_by(key); !by.empty()) {
        return BanRefused{BanRefused::Why::Trusted, by + " has " + ban.prefix.to_string()};
    }
    if (bans_.find(key) == nullptr && bans_.all().size() >= plan::kMostBans) {
        return BanRefused{BanRefused::Why::Full,
                          std::to_string(plan::kMostBans) +
                              " bans are in force, and there is no room for more; "
                              "lift some, or use a deny file"};
    }
    if (auto done = writer_.ban(*place, *action); !done) {
        return BanRefused{BanRefused::Why::NotWritten, done.error().message};
    }
    return bans_.put(std::move(ban));
}

std::variant<plan::Ban, BanRefused> Guard::lift(const plan::Bans::Key &key) {
    if (bans_.find(key) == nullptr) {
        return BanRefused{BanRefused::Why::NoBan,
                          "there is no ban of " + key.second.to_string() +
                              (key.first.empty() ? "" : " for service " + key.first)};
    }
    if (const auto place = place_of(key)) {
        if (auto done = writer_.lift(*place); !done) {
            return BanRefused{BanRefused::Why::NotWritten, done.error().message};
        }
    }
    return *bans_.lift(key);
}

std::vector<plan::Ban> Guard::expire(Time now, std::size_t most) {
    auto over = bans_.expire(now, most);
    for (const auto &ban : over) {
        if (const auto place = place_of(plan::Bans::key_of(ban))) {
            if (!writer_.lift(*place)) {
                prepared_ = false; // the next reconcile() writes what this could not
            }
        }
    }
    return over;
}

GuardRow Guard::row(const GuardPlace &place, std::uint8_t action) const {
    const auto *rule = plan::find_rule(writer_.rules(), place);
    const bool banned = writer_.bans().contains(place);
    return {place, action,
            banned            ? GuardList::Ban
            : rule == nullptr ? GuardList::OtherFamily // on its way out
                              : rule->list,
            dataplane::read_guard_packets(maps_, plan::guard_key(place))};
}

std::vector<GuardRow> Guard::rows(const std::optional<GuardPlace> &after, std::size_t most) const {
    const auto &present = writer_.present();
    std::vector<GuardRow> rows;
    auto entry = after ? present.upper_bound(*after) : present.begin();
    for (; entry != present.end() && rows.size() < most; ++entry) {
        auto made = row(entry->first, entry->second);
        if (made.list != GuardList::OtherFamily) {
            rows.push_back(made);
        }
    }
    return rows;
}

/// What one list says: the longest prefix of rules and bans.
GuardAnswer Guard::longest(std::uint32_t scope, const Address &source) const {
    for (unsigned bits = 129; bits-- > 0;) {
        const GuardPlace place{scope, Prefix{source, bits}.masked()};
        const auto found = writer_.present().find(place);
        if (found != writer_.present().end()) {
            return {found->second, place, row(place, found->second).list, true};
        }
    }
    return {};
}

Result<std::vector<plan::MalformedCount>> Guard::read_malformed() const {
    const auto read = dataplane::read_guard_malformed(maps_);
    if (!read) {
        return read.error();
    }
    std::vector<plan::MalformedCount> counts;
    counts.reserve(read->size());
    for (const auto &[name, value] : *read) {
        counts.push_back({name.service, plan::source_prefix(name), value.packets});
    }
    return counts;
}

bool Guard::is_known(std::uint16_t service, const Address &source, std::uint32_t known_for,
                     std::uint32_t now) const {
    const auto last = dataplane::read_guard_known(maps_, plan::guard_source(service, source));
    return last && ((now - *last) & SS_TICK_MASK) <= known_for;
}

GuardAnswer Guard::answer(std::uint16_t service, const Address &source) const {
    const auto all = longest(SS_GUARD_ALL, source);
    const auto own = longest(service, source);
    const auto action = plan::both_lists(all.action, own.action);
    auto decided = all.action == action && all.listed ? all : own;
    decided.action = action;
    return decided;
}

} // namespace sipsteer::farm

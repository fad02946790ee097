// SPDX-License-Identifier: Apache-2.0
#include "upkeep/keeper.hpp"

#include "base/log.hpp"
#include "upkeep/about.hpp"
#include "upkeep/removal.hpp"

#include <utility>

namespace sipsteer::upkeep {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// The least time between two looks: changes come in bursts, our own among them.
constexpr milliseconds kPause{10};

/// For what the kernel does not tell: a program that a link object took off.
constexpr seconds kTick{1};

} // namespace

Keeper::Keeper(boost::asio::io_context &io, const config::Config &config,
               const dataplane::MapOptions &options, const dataplane::Maps &maps,
               std::function<void()> on_change)
    : config_(config), options_(options), maps_(maps), on_change_(std::move(on_change)),
      file_(config.state_dir), events_(io,
                                       [this](const Notices &notices) {
                                           if (notices.links) {
                                               look_later();
                                           }
                                       }),
      look_timer_(io), tick_timer_(io) {
    held_.vips = file_.load();
}

Result<Actual> Keeper::read() {
    auto links = find_links();
    if (!links) {
        return links.error();
    }
    auto addresses = find_addresses();
    if (!addresses) {
        return addresses.error();
    }
    return Actual{std::move(*links), std::move(*addresses)};
}

/// Subscribes first: what changes meanwhile is noticed.
Status Keeper::begin() {
    if (auto started = events_.start(Events::About::Links); !started) {
        return started;
    }
    if (auto done = first_look(); !done) {
        return done;
    }
    watching_ = true;
    tick_later();
    return Done{};
}

Status Keeper::first_look() {
    const auto actual = read();
    if (!actual) {
        return actual.error();
    }
    held_.tables = maps_.sizes();
    const auto plan = make_plan(config_, held_, *actual);
    if (!config_.interfaces.empty() && plan.interfaces.size() == config_.interfaces.size()) {
        return system_error(about(plan.interfaces.begin()->first), ENODEV);
    }
    const auto wanted = wanted_vips(config_);
    if (!wanted.empty() && plan.vips.size() == wanted.size()) {
        const auto &[place, problem] = *plan.vips.begin();
        return Error{"vip " + place.address.to_string() + ": " + problem};
    }
    if (const auto failed = attach(plan); !failed.empty()) {
        return failed.front();
    }
    if (plan.interfaces.empty()) {
        std::set<std::uint32_t> keep;
        for (const auto &program : held_.programs) {
            keep.insert(program.ifindex);
        }
        if (const auto done = dataplane::detach_except(keep, config_.pin_dir); !done) {
            return done.error();
        }
    }
    const auto failed = look();
    return failed.empty() ? Status(Done{}) : failed.front();
}

bool Keeper::undo() {
    std::map<Place, std::uint32_t> ours;
    for (const auto &place : fresh_) {
        ours[place] = held_.vips[place];
        held_.vips.erase(place);
    }
    take_off(ours);
    held_.vips.merge(ours);
    (void)file_.save(held_.vips);
    bool needed = false;
    for (const auto &program : held_.programs) {
        needed |= program.replaced;
        if (!program.replaced) {
            (void)dataplane::detach(program.interface, program.ifindex, config_.pin_dir);
        }
    }
    return needed;
}

Status Keeper::detach() {
    watching_ = false;
    look_timer_.cancel();
    tick_timer_.cancel();
    take_off(held_.vips);
    (void)file_.save(held_.vips);
    held_.programs.clear(); // which would keep the programs loaded
    const auto done = detach_all(config_);
    return done ? Status(Done{}) : Status(done.error());
}

std::vector<std::string> Keeper::renew() {
    retry_.forget();
    (void)look();
    std::vector<std::string> problems;
    for (const auto &vip : state_.vips) {
        if (!vip.problem.empty()) {
            problems.push_back("vip " + vip.address.to_string() + ": " + vip.problem);
        }
    }
    return problems;
}

Status Keeper::replace_programs() {
    if (!watching_) {
        return Done{}; // begin() will
    }
    retry_.forget();
    (void)look();
    for (const auto &program : held_.programs) {
        if (program.tables != held_.tables) {
            const auto why = failed_.find(about(program.interface));
            if (why != failed_.end()) {
                return Error{why->first + ": " + why->second};
            }
        }
    }
    return Done{};
}

Status Keeper::check(const config::Config &next) const {
    const auto present = wanted_vips(config_);
    const auto actual = read();
    if (!actual) {
        return actual.error();
    }
    for (const auto &place : wanted_vips(next)) {
        if (!present.contains(place) && find_meant(place.interface, held_, *actual) == nullptr) {
            return Error{"vip_interface: there is no interface " + place.interface + " to put " +
                         place.address.to_string() + " on"};
        }
    }
    return Done{};
}

std::string Keeper::configured_name(std::uint32_t ifindex, const std::string &name) const {
    for (const auto &program : held_.programs) {
        if (program.ifindex == ifindex) {
            return program.interface;
        }
    }
    for (const auto &[place, where] : held_.vips) {
        if (where == ifindex) {
            return place.interface;
        }
    }
    return name;
}

/// One look: reads, plans, takes the steps, and looks once more at what has become of them.
std::vector<Error> Keeper::look() {
    next_look_ = Clock::now() + kPause;
    auto actual = read();
    if (!actual) {
        return {actual.error()};
    }
    held_.tables = maps_.sizes();
    mend_pins();
    follow_dispatchers(*actual);
    auto plan = make_plan(config_, held_, *actual);
    const auto failed = take_steps(plan);
    if (!plan.attach.empty() || !plan.put.empty() || !plan.take.empty()) {
        if (auto after = read()) {
            actual = std::move(after);
            plan = make_plan(config_, held_, *actual);
        }
    }
    note_state(plan, *actual);
    if (std::exchange(moved_, false) && watching_) {
        on_change_();
    }
    return failed;
}

void Keeper::look_later() {
    if (look_due_ || !watching_) {
        return;
    }
    look_due_ = true;
    look_timer_.expires_at(next_look_); // at once if that is past
    look_timer_.async_wait([this](boost::system::error_code failed) {
        look_due_ = false;
        if (!failed && watching_) {
            (void)look();
        }
    });
}

void Keeper::tick_later() {
    tick_timer_.expires_after(kTick);
    tick_timer_.async_wait([this](boost::system::error_code failed) {
        if (failed || !watching_) {
            return;
        }
        (void)look();
        announce(announcer_.tick());
        tick_later();
    });
}

} // namespace sipsteer::upkeep

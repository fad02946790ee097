// SPDX-License-Identifier: Apache-2.0
//
// The steps that the keeper takes.
#include "base/log.hpp"
#include "kernel/netlink/vip_address.hpp"
#include "upkeep/about.hpp"
#include "upkeep/keeper.hpp"
#include "upkeep/removal.hpp"

#include <algorithm>
#include <utility>

namespace sipsteer::upkeep {

namespace {

std::string without(const std::string &start, const std::string &text) {
    return text.starts_with(start) ? text.substr(start.size()) : text;
}

void report(const dataplane::Attachment &attachment, const std::string &found) {
    log::info(attachment.replaced ? "xdp_replaced" : "xdp_attached",
              {{"interface", attachment.interface},
               {"mode", dataplane::mode_word(attachment.native)},
               {"dispatcher", attachment.dispatcher},
               {"program_id", attachment.program_id}});
    if (!attachment.native_problem.empty()) {
        log::warn("xdp_generic", {{"interface", attachment.interface},
                                  {"problem", attachment.native_problem},
                                  {"effect", "slower: every packet becomes an sk_buff first"}});
    }
    if (!found.empty()) {
        log::warn("xdp_put_back", {{"interface", attachment.interface}, {"found", found}});
    }
}

const LinkInfo *link_in(const Actual &actual, std::uint32_t ifindex) {
    const auto found = std::find_if(actual.links.begin(), actual.links.end(),
                                    [&](const auto &link) { return link.ifindex == ifindex; });
    return found == actual.links.end() ? nullptr : &*found;
}

} // namespace

/// Before any program is attached, which would get maps of its own. A daemon that is stopping has
/// given them up.
void Keeper::mend_pins() {
    const auto mended = maps_.mend_pins();
    if (!mended) {
        failed_["pins"] = mended.error().message;
        return;
    }
    failed_.erase("pins");
    if (*mended != 0) {
        log::warn("pins_put_back", {{"directory", dataplane::maps_directory(options_.pin_dir)},
                                    {"found", std::to_string(*mended) + " pins of maps are gone"}});
        state_.repairs.pins += *mended;
    }
}

/// Who adds a program to a dispatcher, or takes one out, puts another dispatcher in its place.
void Keeper::follow_dispatchers(const Actual &actual) {
    for (auto &program : held_.programs) {
        const auto *link = link_in(actual, program.ifindex);
        const auto runs = link == nullptr  ? 0
                          : program.native ? link->xdp_native
                                           : link->xdp_generic;
        if (runs != 0 && runs != program.on_link) {
            dataplane::follow(program);
        }
    }
}

std::vector<Error> Keeper::take_steps(const Plan &plan) {
    auto failed = attach(plan);
    const auto vips_before = held_.vips;
    held_.vips = plan.owned;
    auto not_put = put(plan);
    take(plan);
    if (held_.vips != vips_before) {
        (void)file_.save(held_.vips);
    }
    detach_moved(plan);
    failed.insert(failed.end(), not_put.begin(), not_put.end());
    return failed;
}

std::vector<Error> Keeper::attach(const Plan &plan) {
    std::vector<Error> failed;
    for (const auto &step : plan.attach) {
        const auto name = about(step.interface.name);
        if (!retry_.is_due(name, step.link, Clock::now()) || failed_.contains("pins")) {
            continue;
        }
        const auto attachment = attach_one(step);
        if (attachment) {
            retry_.succeeded(name);
            failed_.erase(name);
            attached(step, *attachment);
        } else {
            retry_.failed(name, step.link, Clock::now());
            failed_[name] = without(name + ": ", attachment.error().message);
            failed.push_back(attachment.error());
        }
    }
    return failed;
}

/// The program that was there, if it will do; or else a new one.
Result<dataplane::Attachment> Keeper::attach_one(const Attach &step) const {
    const auto known = find_program(held_.programs, step.interface.name);
    const bool usable =
        known != held_.programs.end() && known->tables == held_.tables && !step.found.empty();
    if (usable) {
        if (auto again = dataplane::attach_again(*known, step.link.ifindex)) {
            return again;
        }
    }
    return dataplane::attach(step.interface, step.link.ifindex, options_, maps_);
}

void Keeper::attached(const Attach &step, const dataplane::Attachment &attachment) {
    const auto known = find_program(held_.programs, step.interface.name);
    moved_ |= known == held_.programs.end() || !step.found.empty();
    if (known == held_.programs.end()) {
        held_.programs.push_back(attachment);
    } else {
        *known = attachment;
    }
    report(attachment, step.found);
    note_repair(about(step.interface.name), step.found, state_.repairs.programs);
}

std::vector<Error> Keeper::put(const Plan &plan) {
    std::vector<Error> failed;
    for (const auto &step : plan.put) {
        const auto name = about(step.place);
        if (!retry_.is_due(name, step.link, Clock::now())) {
            continue;
        }
        if (auto done = put_one(step); !done) {
            retry_.failed(name, step.link, Clock::now());
            failed_[name] = done.error().message;
            failed.push_back(
                Error{"vip " + step.place.address.to_string() + ": " + done.error().message});
        } else {
            retry_.succeeded(name);
            failed_.erase(name);
        }
    }
    return failed;
}

/// It is remembered first: if the daemon dies now, the next one knows whose it is. One that cannot
/// be, because the disk is full, is put there by a start alone: without it nobody can call.
Status Keeper::put_one(const PutVip &step) {
    auto ours = held_.vips;
    ours[step.place] = step.link.ifindex;
    if (!file_.save(ours) && watching_ && step.found.empty()) {
        return Error{"it is not added, for " + file_.name() + " cannot be written"};
    }
    const auto added = add_address(step.link, step.place.address);
    if (!added || !*added) {
        (void)file_.save(held_.vips);
        return added ? Status(Done{}) : Status(added.error());
    }
    held_.vips = std::move(ours);
    fresh_.insert(step.place);
    const auto address = step.place.address.to_string();
    log::info("vip_added", {{"address", address}, {"interface", step.place.interface}});
    if (!step.found.empty()) {
        log::warn(
            "vip_put_back",
            {{"address", address}, {"interface", step.place.interface}, {"found", step.found}});
    }
    note_repair(about(step.place), step.found, state_.repairs.vips);
    return Done{};
}

/// `found` is empty of what was put there for the first time.
void Keeper::note_repair(const std::string &about, const std::string &found, std::uint64_t &count) {
    if (!found.empty()) {
        ++count;
        auto &repair = repaired_[about];
        ++repair.count;
        repair.found = found;
    }
}

/// What could not be put elsewhere stays where it is.
void Keeper::take(const Plan &plan) {
    for (const auto &step : plan.take) {
        const bool is_moving = std::any_of(plan.put.begin(), plan.put.end(), [&](const auto &put) {
            return put.place.address == step.place.address && failed_.contains(about(put.place));
        });
        if (is_moving) {
            continue;
        }
        std::map<Place, std::uint32_t> one{{step.place, step.ifindex}};
        take_off(one);
        const auto known = held_.vips.find(step.place);
        if (one.empty() && known != held_.vips.end() && known->second == step.ifindex) {
            held_.vips.erase(known);
            fresh_.erase(step.place);
        }
    }
}

void Keeper::detach_moved(const Plan &plan) {
    for (const auto &step : plan.detach) {
        const auto program = find_program(held_.programs, step.interface);
        if (program != held_.programs.end() && program->ifindex == step.ifindex) {
            continue; // its successor is not there
        }
        const auto detached = dataplane::detach(step.link, step.ifindex, config_.pin_dir);
        if (detached && *detached) {
            log::info("xdp_detached", {{"interface", step.link}});
        }
    }
}

} // namespace sipsteer::upkeep

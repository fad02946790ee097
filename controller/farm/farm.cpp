// SPDX-License-Identifier: Apache-2.0
#include "farm/farm.hpp"

#include "base/log.hpp"
#include "farm/farm_status.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace sipsteer::farm {

namespace {

const calls::ServerCalls *find_calls(const std::vector<calls::ServerCalls> &servers,
                                     std::uint16_t index) {
    const auto found = std::find_if(servers.begin(), servers.end(),
                                    [&](const auto &server) { return server.server == index; });
    return found == servers.end() ? nullptr : &*found;
}

/// The names that `keep` does not want.
template <typename Keep>
std::vector<std::string> names_without(const plan::IndexSpace &space, Keep keep) {
    std::vector<std::string> names;
    for (const auto &[name, index] : space.all()) {
        if (!keep(name)) {
            names.push_back(name);
        }
    }
    return names;
}

/// As if every server that is new had been found up and its next hop resolved.
void expect_new_servers(const config::Config &config, const std::map<ServerId, Address> &planned,
                        plan::Observed &observed) {
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            const ServerId id{pool.name, server.name};
            const auto known = planned.find(id);
            if (known == planned.end() || known->second != server.address) {
                observed.health[id] = Health::Up;
                observed.next_hops[server.hop_address()].resolved = true;
            }
        }
    }
}

/// Those that may have the rings which another one needs.
std::vector<const plan::Plan *> known_plans(const plan::Plan &in_force,
                                            const std::optional<plan::Plan> &previewed) {
    std::vector<const plan::Plan *> known{&in_force};
    if (previewed) {
        known.push_back(&*previewed);
    }
    return known;
}

} // namespace

Status Farm::reconcile(const config::Config &config, plan::Observed observed) {
    const auto now = Time::clock::now();
    Timed timed{drains_, slow_start_, {}};
    timed.notes = timed.drains.update(config, now);
    observed.drains_over = timed.drains.over();
    timed.slow_start.update(config, observed, now);
    observed.shares = timed.slow_start.shares();
    const auto previewed = std::exchange(previewed_, std::nullopt);
    auto next = plan::make_plan(config, observed, indexes_, known_plans(*plan_, previewed));
    if (!next) {
        return next.error();
    }
    if (auto done = guard_.prepare(config, *next, observed.addresses); !done) {
        return done;
    }
    if (auto done = put_in_force(std::move(*next)); !done) {
        return done;
    }
    commit(std::move(timed), config, now);
    return Done{};
}

/// The guard's lists of a service are there before it is, as far as a slice reaches, and go after
/// it.
Status Farm::put_in_force(plan::Plan next) {
    if (auto done = guard_.write_additions(); !done) {
        return done;
    }
    if (!written_ || next != *plan_) {
        written_ = false;
        if (auto done = writer_.apply(next); !done) {
            return done;
        }
        plan_ = std::make_shared<const plan::Plan>(std::move(next));
        written_ = true;
    }
    return guard_.write();
}

PreviewInput Farm::preview_input(plan::Observed observed) const {
    observed.shares = slow_start_.shares();
    return {plan_, std::move(observed), drains_, indexes_};
}

Result<Preview> make_preview(const config::Config &config, PreviewInput input) {
    std::map<ServerId, Address> planned;
    for (const auto &server : input.in_force->servers) {
        planned[server.id] = Address::from_bytes(std::to_array(server.value.address));
    }
    auto &observed = input.observed;
    expect_new_servers(config, planned, observed);
    (void)input.drains.update(config, Farm::Time::clock::now());
    observed.drains_over = input.drains.over();
    auto made = plan::make_plan(config, observed, input.indexes, {input.in_force.get()});
    if (!made) {
        return made.error();
    }
    auto moves = plan::ring_moves(*input.in_force, *made);
    return Preview{std::move(*made), std::move(moves)};
}

/// The plan is in force: so is what it was made with.
void Farm::commit(Timed timed, const config::Config &config, Time now) {
    const bool changed = timed.drains.began() != drains_.began();
    drains_ = std::move(timed.drains);
    slow_start_ = std::move(timed.slow_start);
    if (changed) {
        drain_file_.save(drains_.began());
    }
    for (const auto &note : timed.notes) {
        log_drain(note, drains_.all().at(note.id), drain_calls_left(note.id), now);
    }
    pool_log_.note(*plan_, config);
}

std::optional<Farm::Time> Farm::next_change() const {
    const auto share = slow_start_.next();
    const auto deadline = drains_.next();
    if (!share || !deadline) {
        return share ? share : deadline;
    }
    return std::min(*share, *deadline);
}

std::map<ServerId, Address> Farm::running() const {
    std::map<ServerId, Address> running;
    for (const auto &server : plan_->servers) {
        if (server.value.flags & SS_SERVER_FORWARD) {
            running[server.id] = Address::from_bytes(std::to_array(server.value.address));
        }
    }
    return running;
}

void Farm::note_pass(const calls::SweepTotals &totals) {
    counted_ = totals.servers;
    note_drains();
    if (drain_file_.is_unsaved()) {
        drain_file_.save(drains_.began());
    }
    // Half a plan in the maps may name servers that plan_ does not know.
    if (written_) {
        release_servers(totals);
        release_pools_and_services();
    }
}

void Farm::note_drains() {
    const auto notes = drains_.note_pass([this](const auto &id) { return drain_calls_left(id); });
    for (const auto &note : notes) {
        log_drain(note, drains_.all().at(note.id), 0, Time::clock::now());
    }
}

std::uint64_t Farm::drain_calls_left(const ServerId &id) const {
    const auto index = indexes_.servers.find(id.name());
    const auto *calls = index ? find_calls(counted_, *index) : nullptr;
    const auto pool = std::find_if(plan_->pools.begin(), plan_->pools.end(),
                                   [&](const auto &one) { return one.name == id.pool; });
    const bool by_user = pool != plan_->pools.end() && ss_key_is_of_user(pool->value.key) != 0;
    return calls != nullptr ? drain_calls(*calls, by_user) : 0;
}

std::vector<Leaving> Farm::leaving() const {
    std::set<std::uint16_t> planned;
    for (const auto &server : plan_->servers) {
        planned.insert(server.index);
    }
    std::vector<Leaving> leaving;
    for (const auto &[name, index] : indexes_.servers.all()) {
        const auto pool = indexes_.pools.find(name.substr(0, name.find('/')));
        if (pool && planned.count(index) == 0) {
            leaving.push_back({index, *pool});
        }
    }
    return leaving;
}

void Farm::release_servers(const calls::SweepTotals &totals) {
    const auto free =
        gone_.note_pass(indexes_.servers, *plan_, totals.pass, [&](std::uint16_t index) {
            return find_calls(totals.servers, index) != nullptr;
        });
    for (const auto &name : free) {
        const auto index = *indexes_.servers.find(name);
        if (auto done = writer_.release_server(index); !done) {
            log::warn("server_not_released", {{"server", name}, {"problem", done.error().message}});
            continue;
        }
        log::info("server_released", {{"server", name}, {"index", index}});
        indexes_.servers.release(name);
    }
}

void Farm::release_pools_and_services() {
    const auto pools = names_without(indexes_.pools, [&](const auto &pool) {
        const auto &servers = indexes_.servers.all();
        const auto of_pool = servers.lower_bound(pool + "/");
        const bool has_servers = of_pool != servers.end() && of_pool->first.starts_with(pool + "/");
        return has_servers ||
               std::any_of(plan_->pools.begin(), plan_->pools.end(),
                           [&](const auto &planned) { return planned.name == pool; });
    });
    for (const auto &pool : pools) {
        writer_.release_pool(*indexes_.pools.find(pool));
        indexes_.pools.release(pool);
    }
    const auto services = names_without(indexes_.services, [&](const auto &name) {
        return std::any_of(plan_->services.begin(), plan_->services.end(),
                           [&](const auto &service) { return service.name == name; });
    });
    for (const auto &service : services) {
        if (!guard_.is_free(*indexes_.services.find(service))) {
            continue; // its list goes in slices
        }
        if (auto done = writer_.release_service(*indexes_.services.find(service)); !done) {
            log::warn("service_not_released",
                      {{"service", service}, {"problem", done.error().message}});
            continue;
        }
        indexes_.services.release(service);
    }
}

std::optional<calls::ServerName> Farm::server_name(std::uint16_t index) const {
    for (const auto &server : plan_->servers) {
        if (server.index == index) {
            return calls::ServerName{server.id.pool, server.id.server};
        }
    }
    for (const auto &[name, known] : indexes_.servers.all()) {
        const auto slash = name.find('/');
        if (known == index && slash != std::string::npos) {
            return calls::ServerName{name.substr(0, slash), name.substr(slash + 1)};
        }
    }
    return std::nullopt;
}

std::optional<std::uint16_t> Farm::server_index(const std::string &name) const {
    for (const auto &server : plan_->servers) {
        if (server.id.name() == name) {
            return server.index;
        }
    }
    return std::nullopt;
}

std::string Farm::pool_name(std::uint16_t index) const {
    for (const auto &pool : plan_->pools) {
        if (pool.index == index) {
            return pool.name;
        }
    }
    return {};
}

std::string Farm::service_name(std::uint16_t index) const {
    for (const auto &service : plan_->services) {
        if (!service.is_marker() && service.value.id == index) {
            return service.name;
        }
    }
    return {};
}

bool Farm::goes_by_call_id() const {
    return std::all_of(plan_->pools.begin(), plan_->pools.end(),
                       [](const auto &pool) { return pool.value.key == SS_KEY_CALL_ID; });
}

} // namespace sipsteer::farm

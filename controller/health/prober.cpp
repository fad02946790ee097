// SPDX-License-Identifier: Apache-2.0
#include "health/prober.hpp"

#include "health/combine.hpp"
#include "health/runner.hpp"
#include "health/tcp_client.hpp"
#include "health/udp_client.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace sipsteer::health {

namespace {

const Address &hop_of(const Target &target) {
    return target.hop.is_unspecified() ? target.address : target.hop;
}

/// `local`: it is this host. No frame goes there, so it is probed at its own address alone.
std::vector<Place> places_of(const Target &target, bool local) {
    const auto &hop = hop_of(target);
    std::vector<Place> places;
    if (local || target.settings.path != config::ProbePath::Dsr) {
        places.push_back({{target.address, target.port}, std::nullopt, hop});
    }
    if (!local && target.settings.path != config::ProbePath::Direct) {
        for (const auto &vip : target.vips) {
            places.push_back({{target.address, 0}, vip, hop});
        }
    }
    return places;
}

/// What one path is probed with: the same whether there is another path or not.
config::Probe path_settings(const Target &target) {
    auto settings = target.settings;
    settings.path = config::ProbePath::Direct;
    return settings;
}

template <typename Runners>
auto with_settings(Runners &runners, const config::Probe &settings) {
    return std::find_if(runners.begin(), runners.end(),
                        [&](const auto &runner) { return runner->settings() == settings; });
}

} // namespace

Prober::Prober(boost::asio::io_context &io, std::function<void()> on_change,
               FindNextHop find_next_hop)
    : io_(io), on_change_(std::move(on_change)), find_next_hop_(std::move(find_next_hop)),
      wire_(std::make_shared<DsrWire>(io)) {}

Prober::~Prober() {
    update({});
}

/// First the probes that go on as they are, then those that take others over or begin: a probe is
/// given other settings only when nobody wants it as it is.
void Prober::update(const std::vector<Target> &targets) {
    targets_ = targets;
    probe_targets();
}

void Prober::probe_targets() {
    std::map<Place, Runners> next;
    std::vector<const Target *> probed;
    for (const auto &target : targets_) {
        if (target.settings.type == config::ProbeType::None) {
            continue;
        }
        probed.push_back(&target);
        for (const auto &place : places_of(target, is_local(target))) {
            keep(path_settings(target), place, next);
        }
    }
    std::map<ServerId, Server> servers;
    for (const auto *target : probed) {
        auto &server = servers[target->id];
        for (const auto &place : places_of(*target, is_local(*target))) {
            server.runners.push_back(runner_for(*target, place, next));
        }
        const auto known = servers_.find(target->id);
        if (known != servers_.end()) {
            server.health = known->second.health;
            server.changed = known->second.changed;
        }
        look_at(server, known == servers_.end());
    }
    for (const auto &[place, runners] : runners_) {
        for (const auto &runner : runners) {
            runner->stop();
        }
    }
    runners_ = std::move(next);
    servers_ = std::move(servers);
    std::erase_if(changed_, [this](const auto &id) { return !servers_.contains(id); });
    index_runners();
}

void Prober::index_runners() {
    users_.clear();
    for (const auto &[id, server] : servers_) {
        for (const auto &runner : server.runners) {
            users_[runner.get()].push_back(id);
        }
    }
    behind_.clear();
    for (const auto &[place, runners] : runners_) {
        for (const auto &runner : runners) {
            behind_.emplace(place.hop, runner);
        }
    }
}

/// Moves the probe with these settings to `next`, if there is one.
void Prober::keep(const config::Probe &settings, const Place &place,
                  std::map<Place, Runners> &next) {
    const auto running = runners_.find(place);
    if (running == runners_.end()) {
        return;
    }
    const auto same = with_settings(running->second, settings);
    if (same != running->second.end()) {
        next[place].push_back(*same);
        running->second.erase(same);
    }
}

/// The probe in `next` with the target's settings; if there is none, one at that place that nobody
/// wants any more gets them, or a new one begins.
std::shared_ptr<Runner> Prober::runner_for(const Target &target, const Place &place,
                                           std::map<Place, Runners> &next) {
    const auto settings = path_settings(target);
    auto &there = next[place];
    if (const auto same = with_settings(there, settings); same != there.end()) {
        return *same;
    }
    std::shared_ptr<Runner> runner;
    if (auto &unwanted = runners_[place]; !unwanted.empty()) {
        runner = unwanted.back();
        unwanted.pop_back();
        runner->set(settings);
    } else {
        runner = std::make_shared<Runner>(
            io_, place, settings, health_at(target.id, place, target.initial), own_trouble_,
            [this](const Place &at, const config::Probe &probe) { return make_client(at, probe); },
            [this](const Runner &changed) { on_runner_change(changed); });
        runner->start();
    }
    there.push_back(runner);
    return runner;
}

/// What a server is known to be at a place, by a probe that others keep as it was.
Health Prober::health_at(const ServerId &id, const Place &place, Health otherwise) const {
    const auto known = servers_.find(id);
    if (known == servers_.end()) {
        return otherwise;
    }
    const auto &runners = known->second.runners;
    const auto there = std::find_if(runners.begin(), runners.end(),
                                    [&](const auto &runner) { return runner->place() == place; });
    return there == runners.end() ? otherwise : (*there)->health();
}

std::shared_ptr<Client> Prober::make_client(const Place &place, const config::Probe &settings) {
    if (place.vip) {
        return std::make_shared<DsrClient>(io_, wire_, place.server.address, place.hop, *place.vip,
                                           find_next_hop_);
    }
    if (settings.type != config::ProbeType::Options) {
        return std::make_shared<TcpClient>(io_, place.server);
    }
    return std::make_shared<UdpClient>(io_, place.server);
}

void Prober::on_runner_change(const Runner &runner) {
    const auto users = users_.find(&runner);
    if (users == users_.end()) {
        return;
    }
    bool any = false;
    for (const auto &id : users->second) {
        if (look_at(servers_.at(id), false)) {
            changed_.insert(id);
            any = true;
        }
    }
    if (any) {
        tell_changes();
    }
}

/// A thousand servers may fail in one turn of the loop: whoever listens is told once.
void Prober::tell_changes() {
    if (telling_) {
        return;
    }
    telling_ = true;
    boost::asio::post(io_, [self = std::weak_ptr<Prober *>(self_)] {
        const auto prober = self.lock();
        if (!prober) {
            return;
        }
        (*prober)->telling_ = false;
        if (!(*prober)->changed_.empty()) { // else those that changed are no targets any more
            (*prober)->on_change_();
        }
    });
}

bool Prober::is_local(const Target &target) const {
    return local_.contains(hop_of(target));
}

/// Probes take other ways to a server that has become this host, or is it no more.
void Prober::note_local(const std::map<Address, NextHop> &next_hops) {
    std::set<Address> local;
    for (const auto &[address, next_hop] : next_hops) {
        if (next_hop.local) {
            local.insert(address);
        }
    }
    if (local != local_) {
        local_ = std::move(local);
        probe_targets();
    }
}

void Prober::note_neighbours(const std::map<Address, NextHop> &next_hops) {
    note_local(next_hops);
    own_trouble_->note(next_hops, std::chrono::steady_clock::now());
    std::erase_if(failed_, [&](const auto &known) { return !next_hops.contains(known.first); });
    for (const auto &[address, next_hop] : next_hops) {
        const auto [known, is_new] = failed_.try_emplace(address, next_hop.failed);
        const bool was_there = !is_new && !known->second;
        known->second = next_hop.failed;
        if (was_there && next_hop.failed) {
            take_down(address);
        }
    }
}

void Prober::take_down(const Address &address) {
    const auto [first, last] = behind_.equal_range(address);
    for (auto behind = first; behind != last; ++behind) {
        behind->second->gone(kNeighbourFailed);
    }
}

/// Works out a server's health and reason. True if the health is another one; then, or if it
/// `is_new`, it has it since now.
bool Prober::look_at(Server &server, bool is_new) {
    auto [health, reason] = combine(path_results(server));
    const bool changed = health != server.health;
    server.health = health;
    server.reason = std::move(reason);
    if (changed || is_new) {
        server.changed = std::chrono::system_clock::now();
    }
    return changed;
}

std::vector<PathResult> Prober::path_results(const Server &server) {
    std::vector<PathResult> paths;
    for (const auto &runner : server.runners) {
        paths.push_back(runner->result());
    }
    return paths;
}

std::map<ServerId, TargetResult> Prober::results() const {
    std::map<ServerId, TargetResult> results;
    for (const auto &[id, server] : servers_) {
        results.emplace_hint(results.end(), id, result_of(server));
    }
    return results;
}

TargetResult Prober::result_of(const Server &server) {
    auto paths = path_results(server);
    auto reason = combine(paths).second; // what keeps a server down changes without a transition
    return {server.health, std::move(reason), server.changed, std::move(paths)};
}

std::map<ServerId, TargetResult> Prober::take_changes() {
    std::map<ServerId, TargetResult> results;
    for (const auto &id : std::exchange(changed_, {})) {
        if (const auto server = servers_.find(id); server != servers_.end()) {
            results.emplace_hint(results.end(), id, result_of(server->second));
        }
    }
    return results;
}

std::map<ServerId, Health> Prober::health() const {
    std::map<ServerId, Health> health;
    for (const auto &[id, server] : servers_) {
        health.emplace(id, server.health);
    }
    return health;
}

} // namespace sipsteer::health

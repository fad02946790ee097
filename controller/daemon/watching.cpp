// SPDX-License-Identifier: Apache-2.0
#include "daemon/watching.hpp"

#include <chrono>
#include <utility>

namespace sipsteer::daemon {

namespace {

constexpr std::chrono::seconds kNextHopGrace{3};

} // namespace

Watching::Watching(boost::asio::io_context &io, const config::Config &config, farm::Running running,
                   farm::Idle idle, const std::function<void()> &on_change)
    : io_(io), config_(config), running_(std::move(running)), idle_(std::move(idle)),
      neighbours_(io,
                  [this, on_change] {
                      health_log_.note(neighbours_.next_hops());
                      prober_.note_neighbours(neighbours_.next_hops());
                      on_change();
                  }),
      own_links_(io, on_change),
      prober_(
          io,
          [this, on_change] {
              health_log_.note_some(prober_.take_changes());
              on_change();
          },
          [this](const Address &hop) {
              const auto known = neighbours_.next_hops().find(hop);
              return known == neighbours_.next_hops().end() ? NextHop{} : known->second;
          }) {}

Status Watching::start() {
    if (auto started = own_links_.start(); !started) {
        return started;
    }
    neighbours_.set_vlan_tags(farm::vlan_tags(config_));
    return neighbours_.start();
}

void Watching::watch() {
    neighbours_.watch(farm::hop_addresses(config_), farm::routed_addresses(config_));
    health_log_.note(neighbours_.next_hops());
    prober_.note_neighbours(neighbours_.next_hops()); // the paths of the probes depend on them
    prober_.update(farm::probe_targets(config_, running_, idle_));
    health_log_.note(prober_.results());
}

void Watching::renew(farm::Running running) {
    running_ = std::move(running);
    idle_.clear();
    watch();
}

void Watching::wait_for_next_hops() {
    watch();
    const auto deadline = std::chrono::steady_clock::now() + kNextHopGrace;
    while (!farm::next_hops_known(config_, running_, neighbours_.next_hops()) &&
           std::chrono::steady_clock::now() < deadline) {
        io_.run_one_for(std::chrono::milliseconds(50));
    }
}

plan::Observed Watching::observed() const {
    plan::Observed observed;
    observed.health = prober_.health();
    observed.next_hops = neighbours_.next_hops();
    observed.links = own_links_.links();
    observed.addresses = own_links_.addresses();
    return observed;
}

} // namespace sipsteer::daemon

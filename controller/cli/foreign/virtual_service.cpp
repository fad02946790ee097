// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/virtual_service.hpp"

#include <map>

namespace sipsteer::foreign {

namespace {

using config::Scheduler;

/// A scheduler of IPVS: the one that does the same, or the nearest one.
struct Counterpart {
    Scheduler scheduler = Scheduler::Hash;
    const char *difference = nullptr; // null: none
};

constexpr const char *kNoCounterpart = "no counterpart; the pool has \"hash\"";

const std::map<std::string, Counterpart> kSchedulers = {
    {"rr", {Scheduler::RoundRobin}},
    {"wrr", {Scheduler::WeightedRoundRobin}},
    {"lc", {Scheduler::LeastCalls}},
    {"wlc", {Scheduler::LeastCalls}},
    {"sh", {Scheduler::Source}},
    {"mh", {Scheduler::Source}},
    {"sed", {Scheduler::LeastCalls, "\"least-calls\" is the nearest one"}},
    {"nq", {Scheduler::LeastCalls, "\"least-calls\" is the nearest one"}},
    {"twos", {Scheduler::LeastCalls, "\"least-calls\" is the nearest one"}},
};

void apply_scheduler(Draft &draft, unsigned line, config::Pool &pool, const std::string &name) {
    const auto found = kSchedulers.find(name);
    const auto known =
        found == kSchedulers.end() ? Counterpart{Scheduler::Hash, kNoCounterpart} : found->second;
    pool.scheduler = known.scheduler;
    if (known.difference != nullptr) {
        draft.left_out(line, "scheduler " + name + ": " + known.difference);
    }
}

void apply_persistence(Draft &draft, unsigned line, config::Pool &pool,
                       const Scheduling &scheduling) {
    if (!scheduling.engine.empty() && scheduling.engine != "sip") {
        draft.left_out(line, "persistence engine " + scheduling.engine);
    }
    if (scheduling.engine == "sip") {
        const auto time = scheduling.persistence.value_or("");
        draft.note(line, "persistence timeout " + (time.empty() ? "by default" : time) +
                             ": a call stays at its server by its Call-ID until it ends, or for "
                             "pools[].lifetimes");
    } else if (scheduling.persistence) {
        pool.scheduler = Scheduler::Source;
        draft.note(line, "persistence by client address becomes scheduler \"source\"");
    }
    if (!scheduling.netmask.empty()) {
        draft.left_out(line, "netmask " + scheduling.netmask + ": each address counts by itself");
    }
}

} // namespace

void apply(Draft &draft, unsigned line, std::size_t pool, const Scheduling &scheduling) {
    apply_scheduler(draft, line, draft.pool(pool), scheduling.scheduler);
    apply_persistence(draft, line, draft.pool(pool), scheduling);
    if (scheduling.one_packet) {
        draft.note(line, "one-packet scheduling: all packets of a call reach one server");
    }
    for (const auto &flag : scheduling.flags) {
        if (flag == "sh-fallback" || flag == "mh-fallback") {
            draft.note(line, flag + ": new calls always avoid a server that is down");
        } else {
            draft.left_out(line, "scheduler flag " + flag);
        }
    }
}

bool ignores_weights(const std::string &scheduler) {
    return scheduler == "lc";
}

void check_forwarding(Draft &draft, unsigned line, Forwarding forwarding) {
    if (forwarding == Forwarding::Masquerade) {
        draft.left_out(line, "masquerading (NAT): give the server the VIP, so that it answers "
                             "the client itself");
    } else if (forwarding == Forwarding::Tunnel) {
        draft.left_out(line, "tunnel: reach the server on the director's segment, or behind a "
                             "router with pools[].forward \"dscp\"");
    }
}

void check_port(Draft &draft, unsigned line, std::uint16_t port, std::uint16_t service_port) {
    if (port != service_port) {
        draft.left_out(line, "port " + std::to_string(port) +
                                 " is for probes alone; calls keep the service's port " +
                                 std::to_string(service_port));
    }
}

} // namespace sipsteer::foreign

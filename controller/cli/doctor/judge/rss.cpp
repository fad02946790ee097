// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include <algorithm>
#include <numeric>

namespace sipsteer::doctor {

namespace {

constexpr std::uint64_t kSourcePort = 1U << 6U;      // RXH_L4_B_0_1 of linux/ethtool.h
constexpr std::uint64_t kDestinationPort = 1U << 7U; // RXH_L4_B_2_3

/// True if all is well.
bool judge_queues(const std::string &name, const Queues &queues, unsigned cpus,
                  Findings &findings) {
    if (queues.now > 1 || cpus == 1) {
        return true;
    }
    const unsigned wanted = std::min(cpus, queues.most);
    findings.warn(name + " has one receive queue: one of " + std::to_string(cpus) +
                      " CPUs does all the work",
                  wanted > 1 ? "ethtool -L " + name + (queues.combined ? " combined " : " rx ") +
                                   std::to_string(wanted)
                             : "use a NIC with several queues, or give this virtual NIC more");
    return false;
}

bool judge_table(const std::string &name, const std::vector<unsigned> &table, unsigned queues,
                 Findings &findings) {
    std::map<unsigned, std::size_t> uses;
    for (const unsigned queue : table) {
        uses[queue]++;
    }
    if (table.empty() || queues < 2) {
        return true;
    }
    const auto most = std::max_element(uses.begin(), uses.end(), [](const auto &a, const auto &b) {
                          return a.second < b.second;
                      })->second;
    const bool skewed = most * queues > 2 * table.size();
    if (uses.size() >= std::min<std::size_t>(queues, table.size()) && !skewed) {
        return true;
    }
    findings.warn("the hash table of " + name + " uses " + std::to_string(uses.size()) + " of " +
                      std::to_string(queues) + " queues; one has " +
                      std::to_string(most * 100 / table.size()) +
                      " % of it, so other CPUs are idle",
                  "ethtool -X " + name + " equal " + std::to_string(queues));
    return false;
}

bool judge_hash(const std::string &name, const Link &link, Findings &findings) {
    bool good = true;
    for (const auto &[flow, fields] : link.udp_hash) {
        if (fields && (*fields & (kSourcePort | kDestinationPort)) == 0) {
            good = false;
            findings.warn(name + " spreads UDP (" + flow +
                              ") by addresses alone: all packets of one trunk use one queue",
                          "ethtool -N " + name + " rx-flow-hash " + flow + " sdfn");
        }
    }
    return good;
}

/// What came of it: fewer packets than that say little.
void judge_outcome(const std::vector<std::uint64_t> &packets, Findings &findings) {
    constexpr std::uint64_t kEnough = 100'000;
    const auto all = std::accumulate(packets.begin(), packets.end(), std::uint64_t{0});
    const auto busiest = std::max_element(packets.begin(), packets.end());
    if (all < kEnough) {
        return;
    }
    const auto share = *busiest * 100 / all;
    if (share <= 80) {
        findings.ok("of all packets so far the busiest CPU had " + std::to_string(share) + " %");
        return;
    }
    findings.warn("CPU " + std::to_string(busiest - packets.begin()) + " had " +
                      std::to_string(share) + " % of the " + std::to_string(all) +
                      " packets so far, though there are several queues",
                  "see the check \"irq\"; if few clients share one trunk, hash UDP ports: ethtool "
                  "-N INTERFACE rx-flow-hash udp4 sdfn");
}

} // namespace

void judge_rss(const Facts &facts, Findings &findings) {
    bool several = false;
    for (const auto &interface : facts.config->interfaces) {
        const std::string &name = interface.name;
        const Link *link = link_of(facts.network, name);
        if (link == nullptr || !link->queues) {
            findings.skipped(
                name + ": " +
                (link == nullptr ? "it was not checked" : link->queues.error().message));
            continue;
        }
        bool good = judge_queues(name, *link->queues, facts.host.cpus, findings);
        good = judge_table(name, link->rss_table, link->queues->now, findings) && good;
        several = several || link->queues->now > 1;
        if (link->queues->now > 1) {
            good = judge_hash(name, *link, findings) && good;
        }
        if (good) {
            findings.ok(name + ": " + std::to_string(link->queues->now) + " queues for " +
                        std::to_string(facts.host.cpus) + " CPUs" +
                        (link->rss_table.empty() ? "; its driver shows no hash table" : ""));
        }
    }
    if (several && facts.host.cpus > 1) {
        judge_outcome(facts.host.packets_by_cpu, findings);
    }
}

} // namespace sipsteer::doctor

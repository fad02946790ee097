// SPDX-License-Identifier: Apache-2.0
//
// Directors without packets: each with a call table, a ledger, a walk.
#pragma once

#include "cluster/placing.hpp"
#include "cluster/walk.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace sipsteer::cluster::test {

inline constexpr std::uint32_t kBuckets = 64;
inline constexpr std::uint32_t kBeginTick = 5000;
inline constexpr std::uint64_t kBeginMs = 1'700'000'000'000;

/// So many ticks after the beginning.
inline Moment after(std::uint32_t ticks) {
    return {kBeginMs + std::uint64_t{ticks} * 2148, kBeginTick + ticks};
}

/// Pool "p" has servers a, b and c; `first_index` is the index of a.
class Director {
public:
    explicit Director(std::uint16_t first_index = 0, std::uint16_t pool_index = 0,
                      std::uint32_t buckets = kBuckets)
        : table_(buckets), births_(buckets), loads_(SS_MAX_SERVERS), ledger_(buckets) {
        const calls::StateLifetimes lifetimes = {0, 80, 4000, 15, 50, 20};
        plan_.pools.resize(1);
        plan_.pools[0].index = pool_index;
        plan_.pools[0].name = "p";
        for (const char *name : {"a", "b", "c"}) {
            plan::PlannedServer server;
            server.index = first_index++;
            server.id = {"p", name};
            server.value.pool = pool_index;
            lifetimes_.set(server.index, lifetimes);
            plan_.servers.push_back(server);
        }
    }

    farm::World world(std::uint32_t now = kBeginTick) {
        return {{{table_, births_}},
                loads_,
                plan_,
                lifetimes_,
                [this](std::uint16_t index) { return name(index); },
                {},
                now,
                0,
                {},
                nullptr};
    }

    std::uint16_t index(const std::string &server) const {
        for (const auto &one : plan_.servers) {
            if (one.id.server == server) {
                return one.index;
            }
        }
        return SS_MAX_SERVERS;
    }

    /// As the data plane does. The first free place of both buckets, or the call's own.
    void set(std::uint32_t tag, std::uint32_t bucket, std::uint32_t state,
             const std::string &server, std::uint32_t tick) {
        const auto entry = ss_call_make(tag, state, index(server), tick);
        auto place = find_entry(table_, CallName::of(tag, bucket, buckets()));
        for (unsigned slot = 0; !place && slot < SS_BUCKET_ENTRIES; slot++) {
            if (table_[bucket].entry[slot] == 0) {
                place = Place{bucket, slot};
            }
        }
        REQUIRE(place);
        put(*place, entry);
    }

    void put(const Place &place, __u64 entry) {
        __u64 &old = table_[place.bucket].entry[place.slot];
        calls::count_swap(loads_, old, entry);
        old = entry;
    }

    /// Everything that a pass tells.
    std::vector<SharedCall> pass(const Moment &now, bool room = true) {
        std::vector<SharedCall> told;
        REQUIRE(walk_.slice(world(now.tick), ledger_, now, buckets(),
                            [&](const SharedCall &call, std::chrono::milliseconds) {
                                told.push_back(call);
                                return room;
                            }));
        return told;
    }

    Outcome hear(const SharedCall &call, const Moment &now) {
        return place_call(world(now.tick), ledger_, now, call);
    }

    /// "confirmed a", or "" for a call that is not in the table.
    std::string call(std::uint32_t tag, std::uint32_t bucket) {
        const auto place = find_entry(table_, CallName::of(tag, bucket, buckets()));
        if (!place) {
            return "";
        }
        const __u64 entry = table_[place->bucket].entry[place->slot];
        const auto server = name(static_cast<std::uint16_t>(ss_call_server(entry)));
        return std::to_string(ss_call_state(entry)) + ' ' + (server ? server->server : "?");
    }

    /// Whether the servers' counts are those of the table.
    bool counts_are_true() {
        std::vector<std::int64_t> live(SS_MAX_SERVERS);
        for (auto &bucket : table_) {
            for (const __u64 entry : bucket.entry) {
                live[ss_call_server(entry)] += ss_call_is_live(ss_call_state(entry));
            }
        }
        for (std::size_t i = 0; i < live.size(); i++) {
            if (calls::live_calls(loads_[i]) != live[i]) {
                return false;
            }
        }
        return true;
    }

    std::uint32_t buckets() const { return static_cast<std::uint32_t>(table_.size()); }
    std::vector<ss_bucket> &table() { return table_; }
    std::vector<ss_births> &births() { return births_; }
    Ledger &ledger() { return ledger_; }
    Walk &walk() { return walk_; }

private:
    std::optional<calls::ServerName> name(std::uint16_t index) const {
        for (const auto &one : plan_.servers) {
            if (one.index == index) {
                return calls::ServerName{one.id.pool, one.id.server};
            }
        }
        return std::nullopt;
    }

    std::vector<ss_bucket> table_;
    std::vector<ss_births> births_;
    std::vector<ss_server_load> loads_;
    plan::Plan plan_;
    calls::Lifetimes lifetimes_{{0, 3, 3, 3, 3, 3}};
    Ledger ledger_;
    Walk walk_;
};

} // namespace sipsteer::cluster::test

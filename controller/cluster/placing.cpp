// SPDX-License-Identifier: Apache-2.0
#include "cluster/placing.hpp"

#include "cluster/merge.hpp"

#include <optional>
#include <utility>

namespace sipsteer::cluster {

namespace {

/// Each time a swap fails the data plane has changed the entry; a loop has an end all the same.
constexpr int kTries = 100;

/// How far the engine's clock may be ahead of what this director makes of it.
constexpr std::uint64_t kMostAheadMs = 60'000;

unsigned progress_of(std::uint32_t state) {
    return state == SS_CALL_CLOSING ? 3 : state == SS_CALL_CONFIRMED ? 2 : 1;
}

/// Of two accounts of one order, ours stands: a rule that both directors apply alike.
bool wins_tie(const farm::World &world, const Note &note, const SharedCall &call) {
    const auto name = world.names(static_cast<std::uint16_t>(ss_call_server(note.entry)));
    const ServerId ours = name ? ServerId{name->pool, name->server} : ServerId{};
    return std::pair(progress_of(ss_call_state(note.entry)), ours) >=
           std::pair(progress_of(call.state), call.server);
}

Here here_of(const farm::World &world, Ledger &ledger, const SharedCall &call, __u64 entry) {
    const Note *note = ledger.find(call.call);
    if (note == nullptr) {
        return {entry, 0, 0, false};
    }
    return {entry, note->order, note->entry, wins_tie(world, *note, call)};
}

std::optional<Place> free_place(calls::Table table, const CallName &call) {
    const auto buckets = static_cast<std::uint32_t>(table.size());
    for (const auto bucket : {call.bucket, ss_call_other_bucket(call.bucket, call.tag, buckets)}) {
        for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
            if (calls::load_entry(table[bucket].entry[slot]) == 0) {
                return Place{bucket, slot};
            }
        }
    }
    return std::nullopt;
}

/// Nothing is known of the attempts of a call that another director had.
void write_birth(const calls::Segment &segment, const Place &place, __u64 entry) {
    if (place.bucket >= segment.births.size()) {
        return;
    }
    ss_births &births = segment.births[place.bucket];
    births.tick[place.slot] = ss_birth_tick(ss_call_seen(entry));
    births.attempt[place.slot] = 0;
    births.open[place.slot] = 0;
    births.marks[place.slot] = SS_CALL_UNKNOWN;
}

void note_heard(Ledger &ledger, calls::Table table, const Place &place, const SharedCall &call,
                __u64 entry) {
    std::optional<Note> gone;
    Note &note = ledger.settle(table, place, call.call.tag, gone);
    note.entry = entry;
    note.order = call.order & kMostOrder;
    note.own = 0;
    ledger.set_told(note);
}

/// The local account stands and will be told after this one.
void note_old(Ledger &ledger, const SharedCall &call) {
    Note *note = ledger.find(call.call);
    if (note != nullptr && note->order < call.order) {
        note->order = call.order & kMostOrder;
    }
}

struct Attempt {
    Merged merged;
    std::optional<Place> place; // of the entry, or a free one
    __u64 before = 0;
};

Attempt judge(const farm::World &world, Ledger &ledger, const Moment &now, const SharedCall &call,
              std::uint16_t server) {
    const auto table = world.tables.front().table;
    Attempt attempt;
    attempt.place = find_entry(table, call.call);
    if (attempt.place) {
        attempt.before = calls::load_entry(table[attempt.place->bucket].entry[attempt.place->slot]);
    }
    const __u64 told =
        ss_call_make(call.call.tag, call.state, server, now.tick - now.idle_since(call.seen));
    const There there{told, call.order, world.lifetimes.expired(told, now.tick)};
    attempt.merged = merge(here_of(world, ledger, call, attempt.before), there, now.tick);
    if (attempt.merged.verdict == Verdict::Enter) {
        attempt.place = free_place(table, call.call);
    }
    return attempt;
}

Outcome place_at(const farm::World &world, Ledger &ledger, const Moment &now,
                 const SharedCall &call, std::uint16_t server) {
    const calls::Segment &segment = world.tables.front();
    for (int i = 0; i < kTries; ++i) {
        auto attempt = judge(world, ledger, now, call, server);
        const Merged &merged = attempt.merged;
        if (merged.verdict == Verdict::Old) {
            note_old(ledger, call);
            return Outcome::Old;
        }
        if (merged.verdict == Verdict::Over) {
            return Outcome::Over;
        }
        if (!attempt.place) {
            return Outcome::NoRoom;
        }
        __u64 &entry = segment.table[attempt.place->bucket].entry[attempt.place->slot];
        if (!calls::swap_entry(entry, attempt.before, merged.entry)) {
            continue;
        }
        calls::count_swap(world.loads, attempt.before, merged.entry);
        if (merged.verdict == Verdict::Enter) {
            write_birth(segment, *attempt.place, merged.entry);
        }
        note_heard(ledger, segment.table, *attempt.place, call, merged.entry);
        return merged.verdict == Verdict::Enter ? Outcome::Entered : Outcome::Changed;
    }
    return Outcome::Old;
}

} // namespace

Outcome place_call(const farm::World &world, Ledger &ledger, const Moment &now,
                   const SharedCall &call) {
    if (world.tables.size() != 1) {
        return Outcome::Resizing;
    }
    if (call.order > now.ms + kMostAheadMs || call.order > kMostOrder) {
        return Outcome::Ahead;
    }
    const auto *pool = farm::find_pool(world.plan, call.server.pool);
    const auto *server = farm::find_server(world.plan, call.server);
    if (pool == nullptr || server == nullptr) {
        return Outcome::NoServer;
    }
    if (pool->index != call.pool_index) {
        return Outcome::PoolIndex;
    }
    return place_at(world, ledger, now, call, server->index);
}

} // namespace sipsteer::cluster

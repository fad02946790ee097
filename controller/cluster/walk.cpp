// SPDX-License-Identifier: Apache-2.0
#include "cluster/walk.hpp"

#include "cluster/merge.hpp"

#include <algorithm>
#include <utility>

namespace sipsteer::cluster {

namespace {

/// A message is news if the lifetime has this many parts and one of them is over.
constexpr std::uint32_t kParts = 4;

bool is_live(__u64 entry) {
    return ss_call_is_live(ss_call_state(entry)) != 0;
}

__u64 closed(__u64 entry) {
    return ss_call_make(ss_call_tag(entry), SS_CALL_CLOSING, ss_call_server(entry),
                        ss_call_seen(entry));
}

/// Whether others have to hear of an entry with this note.
bool is_news(const Ledger &ledger, const Note &note, __u64 entry, std::uint32_t lifetime) {
    if (note.entry == 0) {
        return is_live(entry); // one that is over already is nobody's concern
    }
    if (!ledger.is_told(note) || !same_but_time(note.entry, entry)) {
        return true;
    }
    const std::uint32_t later = (ss_call_seen(entry) - ss_call_seen(note.entry)) & SS_TICK_MASK;
    return later < SS_MAX_LIFETIME_TICKS && later > lifetime / kParts;
}

} // namespace

struct Walk::Pass {
    const farm::World &world;
    calls::Table table;
    Ledger &ledger;
    const Moment &now;
    const Tell &tell;

    /// Of an entry, with a tick more, for an entry may be of the end of its tick.
    std::chrono::milliseconds life_left(__u64 entry) const {
        const std::uint64_t lifetime = world.lifetimes.of(entry) + std::uint64_t{2};
        const std::uint64_t idle = ss_call_idle(entry, now.tick);
        const std::uint64_t left = lifetime > idle ? lifetime - idle : 1;
        return std::chrono::milliseconds((left << SS_TICK_SHIFT) / 1'000'000);
    }
};

void Walk::restart() {
    next_ = 0;
    counting_ = {};
}

bool Walk::slice(const farm::World &world, Ledger &ledger, const Moment &now, std::size_t buckets,
                 const Tell &tell) {
    const Pass pass{world, world.tables.front().table, ledger, now, tell};
    const auto end = static_cast<std::uint32_t>(
        std::min<std::size_t>(pass.table.size(), std::size_t{next_} + buckets));
    for (; next_ < end; ++next_) {
        for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
            look_at(pass, {next_, slot});
        }
    }
    if (next_ < pass.table.size()) {
        return false;
    }
    totals_ = counting_;
    restart();
    return true;
}

void Walk::look_at(const Pass &pass, const Place &place) {
    const __u64 entry = calls::load_entry(pass.table[place.bucket].entry[place.slot]);
    const bool is_call = is_live(entry) || ss_call_state(entry) == SS_CALL_CLOSING;
    const std::uint32_t tag = is_call ? ss_call_tag(entry) : 0;
    const Note &there = pass.ledger.at(place);
    if (!is_call && !(there.own && is_live(there.entry))) {
        return;
    }
    Note *note = &pass.ledger.at(place);
    if (ss_call_tag(there.entry) != tag) {
        std::optional<Note> gone;
        note = &pass.ledger.settle(pass.table, place, tag, gone);
        if (gone && gone->own && is_live(gone->entry)) {
            tell_gone(pass, place, tag == 0 ? *note : *gone);
        }
    }
    if (!is_call) {
        return;
    }
    if (is_news(pass.ledger, *note, entry, pass.world.lifetimes.of(entry)) &&
        !tell(pass, place, *note, entry)) {
        ++counting_.untold;
    } else {
        counting_.told += note->entry != 0 ? 1 : 0;
    }
}

/// An account that nothing was added to keeps its order: it is the same one, told again. The first
/// one of a call has the order of its last message, for the table may be of an earlier run, and
/// others may have had messages since.
bool Walk::tell(const Pass &pass, const Place &place, Note &note, __u64 entry) {
    const auto server = pass.world.names(static_cast<std::uint16_t>(ss_call_server(entry)));
    const auto *pool = server ? farm::find_pool(pass.world.plan, server->pool) : nullptr;
    if (pool == nullptr) {
        return true; // its next message gives it another server
    }
    const bool again = note.entry != 0 && !pass.ledger.is_told(note) && note.entry == entry;
    const std::uint64_t seen = pass.now.seen(entry);
    const std::uint64_t order = again ? std::uint64_t{note.order}
                                : note.entry == 0
                                    ? seen
                                    : std::max<std::uint64_t>(pass.now.ms, note.order + 1);
    const SharedCall call{order,
                          seen,
                          CallName::of(ss_call_tag(entry), place.bucket, pass.ledger.buckets()),
                          pool->index,
                          ss_call_state(entry),
                          {server->pool, server->server}};
    if (!pass.tell(call, pass.life_left(entry))) {
        return false;
    }
    note.entry = entry;
    note.order = order & kMostOrder;
    note.own = again ? note.own : 1;
    pass.ledger.set_told(note);
    return true;
}

/// Its end was not seen here, or there was no room to tell it.
void Walk::tell_gone(const Pass &pass, const Place &place, Note &note) {
    if (!tell(pass, place, note, closed(note.entry))) {
        ++counting_.untold;
    }
}

} // namespace sipsteer::cluster

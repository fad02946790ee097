// SPDX-License-Identifier: Apache-2.0
#include "cluster/ledger.hpp"

#include <limits>
#include <utility>

namespace sipsteer::cluster {

namespace {

/// Of the places in both buckets of a call, the first for which `wanted` is true.
template <typename Wanted>
std::optional<Place> find_place(const CallName &call, std::uint32_t buckets, Wanted wanted) {
    const std::uint32_t other = ss_call_other_bucket(call.bucket, call.tag, buckets);
    for (const std::uint32_t bucket : {call.bucket, other}) {
        for (unsigned slot = 0; slot < SS_BUCKET_ENTRIES; ++slot) {
            if (wanted(Place{bucket, slot})) {
                return Place{bucket, slot};
            }
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Place> find_entry(calls::Table table, const CallName &call) {
    const auto buckets = static_cast<std::uint32_t>(table.size());
    return find_place(call, buckets, [&](const Place &place) {
        const __u64 entry = calls::load_entry(table[place.bucket].entry[place.slot]);
        return entry != 0 && ss_call_tag(entry) == call.tag;
    });
}

Ledger::Ledger(std::uint32_t buckets)
    : buckets_(buckets), notes_(std::size_t{buckets} * SS_BUCKET_ENTRIES) {}

std::optional<Place> Ledger::place_of_note(const CallName &call) {
    return find_place(call, buckets_, [&](const Place &place) {
        return at(place).entry != 0 && ss_call_tag(at(place).entry) == call.tag;
    });
}

Note *Ledger::find(const CallName &call) {
    const auto place = place_of_note(call);
    return place ? &at(*place) : nullptr;
}

Note &Ledger::settle(calls::Table table, const Place &place, std::uint32_t tag,
                     std::optional<Note> &gone) {
    Note &here = at(place);
    for (unsigned i = 0; i < SS_BUCKET_ENTRIES; ++i) {
        const std::uint32_t noted = ss_call_tag(here.entry);
        if (here.entry == 0 || noted == tag) {
            break;
        }
        const auto now_at = find_entry(table, CallName::of(noted, place.bucket, buckets_));
        if (!now_at || *now_at == place) {
            gone = std::exchange(here, tag == 0 ? here : Note{});
            break;
        }
        std::swap(here, at(*now_at));
    }
    if (tag == 0 || ss_call_tag(here.entry) == tag) {
        return here;
    }
    const auto note = place_of_note(CallName::of(tag, place.bucket, buckets_));
    if (note) {
        std::swap(here, at(*note));
    } else {
        here = Note{};
    }
    return here;
}

/// A round's number comes again after 255: before that, all are taken back for good.
void Ledger::forget_told() {
    if (round_ == std::numeric_limits<std::uint8_t>::max()) {
        for (auto &note : notes_) {
            note.round = 0;
        }
        round_ = 0;
    }
    ++round_;
}

} // namespace sipsteer::cluster

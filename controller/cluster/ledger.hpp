// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/table.hpp"
#include "cluster/shared_call.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sipsteer::cluster {

/// What the directors agree on, of one entry of the call table.
struct Note {
    __u64 entry = 0;              // as it was told or heard
    std::uint64_t order : 48 = 0; // of that account
    std::uint64_t round : 8 = 0;  // in which the engine got it; 0: in none
    std::uint64_t own : 1 = 0;    // this director told it, and did not hear it
};
static_assert(sizeof(Note) == 16);

inline constexpr std::uint64_t kMostOrder = (std::uint64_t{1} << 48) - 1;

struct Place {
    std::uint32_t bucket = 0;
    unsigned slot = 0;

    bool operator==(const Place &) const = default;
};

/// The entry of a call in the table, whatever its state.
std::optional<Place> find_entry(calls::Table table, const CallName &call);

/// A note for each place of the call table: 16 bytes more a call. The data plane moves entries
/// between their two buckets, and the notes follow when somebody asks for them. The note of a call
/// that is over stays until its place has another call, so late accounts of it are known as such.
class Ledger {
public:
    explicit Ledger(std::uint32_t buckets);

    std::uint32_t buckets() const { return buckets_; }

    Note &at(const Place &place) {
        return notes_[std::size_t{place.bucket} * SS_BUCKET_ENTRIES + place.slot];
    }

    /// The note of a call; null: there is none.
    Note *find(const CallName &call);

    /// The note that belongs to the call in `place`, brought there; an empty one of a call without.
    /// A note whose call is elsewhere in the table goes there. `gone` gets the note that was in the
    /// way and whose call is in the table no more.
    Note &settle(calls::Table table, const Place &place, std::uint32_t tag,
                 std::optional<Note> &gone);

    /// The engine has lost what it had: every note is to be told again.
    void forget_told();

    bool is_told(const Note &note) const { return note.round == round_; }
    void set_told(Note &note) const { note.round = round_; }

private:
    std::optional<Place> place_of_note(const CallName &call);

    std::uint32_t buckets_;
    std::uint8_t round_ = 1;
    std::vector<Note> notes_;
};

} // namespace sipsteer::cluster

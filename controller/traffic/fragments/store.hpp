// SPDX-License-Identifier: Apache-2.0
//
// The fragments that wait for their datagram's first one, within bounds. Pure: time is passed in.
#pragma once

#include "traffic/fragments/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

namespace sipsteer::fragments {

struct HeldFrame {
    ss_held held{};
    packets::Bytes frame; // as it came in
};

/// In the order in which they came.
using Frames = std::list<HeldFrame>;

/// Orders keys and sources by their bytes.
struct ByteOrder {
    bool operator()(const ss_fragment_key &a, const ss_fragment_key &b) const;
    bool operator()(const ss_source &a, const ss_source &b) const;
};

/// A full store gives up what has waited longest: a flood's first fragments never come, those of
/// others do within milliseconds. It never refuses a newcomer, so that nobody can fill the store
/// in another one's name and keep that one out.
class Store {
public:
    /// Fragments of one datagram that are held at most; those of a datagram of 65,535 bytes on a
    /// link with the least MTU that hosts must take (RFC 791: 576 bytes) are fewer.
    static constexpr std::size_t kMostFrames = 128;

    /// At most `most_bytes` of memory are used, half of it for one source, and each datagram is
    /// held for at most `lifetime` fragment ticks after its first held fragment.
    Store(std::size_t most_bytes, std::uint32_t lifetime)
        : most_bytes_(most_bytes), lifetime_(lifetime) {}

    /// Makes room by giving up whole datagrams: the source's own if they take its half, else those
    /// of all. What was given up; the frame itself, if it alone is too much or its datagram has
    /// kMostFrames.
    Frames add(HeldFrame frame);

    /// Takes out a datagram's fragments; none if it has none here.
    Frames take(const ss_fragment_key &key);

    /// Takes out the datagrams that have waited too long, the oldest first, until at least `most`
    /// fragments are out. `now` in fragment ticks.
    Frames expire(std::uint32_t now, std::size_t most);

    bool empty() const { return datagrams_.empty(); }

    /// Memory that is used, with all that is kept about a fragment.
    std::size_t bytes() const { return bytes_; }

    /// How long until the oldest datagram has waited too long, in fragment ticks; nothing if the
    /// store is empty.
    std::optional<std::uint32_t> due(std::uint32_t now) const;

private:
    struct Datagram;
    using Datagrams = std::list<Datagram>;
    struct Source {
        std::size_t bytes = 0;
        std::list<Datagrams::iterator> datagrams; // the oldest first
    };
    using Sources = std::map<ss_source, Source, ByteOrder>;
    struct Datagram {
        ss_fragment_key key{};
        Frames frames;
        std::size_t bytes = 0;
        Sources::iterator source;
        std::list<Datagrams::iterator>::iterator place; // in the source's list
    };

    static std::size_t cost(const HeldFrame &frame);
    bool make_room(const HeldFrame &frame, Frames &given_up);
    Datagram &datagram_of(const ss_fragment_key &key);
    Frames take(Datagrams::iterator datagram);
    bool is_old(const Datagram &datagram, std::uint32_t now) const;

    std::size_t most_bytes_;
    std::uint32_t lifetime_;
    std::size_t bytes_ = 0;
    Datagrams datagrams_; // the oldest first
    std::map<ss_fragment_key, Datagrams::iterator, ByteOrder> by_key_;
    Sources sources_;
};

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#include "traffic/fragments/store.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace sipsteer::fragments {

namespace {

/// What the allocator adds to a block, and what a node of a list and of a map adds to its value.
constexpr std::size_t kBlock = 16;
constexpr std::size_t kListNode = 2 * sizeof(void *) + kBlock;
constexpr std::size_t kMapNode = 4 * sizeof(void *) + kBlock;

ss_source source_of(const ss_fragment_key &key) {
    ss_source source{};
    std::copy(std::begin(key.source), std::end(key.source), std::begin(source.address));
    return source;
}

} // namespace

bool ByteOrder::operator()(const ss_fragment_key &a, const ss_fragment_key &b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
}

bool ByteOrder::operator()(const ss_source &a, const ss_source &b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
}

/// Of a frame, with a datagram and a source for it: those of one frame are the dearest and the most
/// frequent in a flood, so that each is counted as if it were alone.
std::size_t Store::cost(const HeldFrame &frame) {
    constexpr std::size_t kFrame = sizeof(HeldFrame) + kListNode + kBlock;
    constexpr std::size_t kDatagram = sizeof(Datagram) + kListNode;
    constexpr std::size_t kFinder = sizeof(ss_fragment_key) + sizeof(void *) + kMapNode;
    constexpr std::size_t kPlace = sizeof(void *) + kListNode;
    constexpr std::size_t kSource = sizeof(ss_source) + sizeof(Source) + kMapNode;
    return frame.frame.capacity() + kFrame + kDatagram + kFinder + kPlace + kSource;
}

Frames Store::add(HeldFrame frame) {
    Frames given_up;
    if (!make_room(frame, given_up)) {
        given_up.push_back(std::move(frame));
        return given_up;
    }
    const std::size_t bytes = cost(frame);
    auto &datagram = datagram_of(frame.held.key);
    datagram.frames.push_back(std::move(frame));
    datagram.bytes += bytes;
    datagram.source->second.bytes += bytes;
    bytes_ += bytes;
    return given_up;
}

/// False if there can be none. The datagram of the frame may be among those that are given up.
bool Store::make_room(const HeldFrame &frame, Frames &given_up) {
    const std::size_t bytes = cost(frame);
    const std::size_t share = most_bytes_ / 2;
    const auto datagram = by_key_.find(frame.held.key);
    if (bytes > share ||
        (datagram != by_key_.end() && datagram->second->frames.size() >= kMostFrames)) {
        return false;
    }
    const auto source = source_of(frame.held.key);
    for (auto own = sources_.find(source);
         own != sources_.end() && own->second.bytes + bytes > share; own = sources_.find(source)) {
        given_up.splice(given_up.end(), take(own->second.datagrams.front()));
    }
    while (bytes_ + bytes > most_bytes_) {
        given_up.splice(given_up.end(), take(datagrams_.begin()));
    }
    return true;
}

/// The one that is held, or a new one.
Store::Datagram &Store::datagram_of(const ss_fragment_key &key) {
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) {
        return *known->second;
    }
    const auto source = sources_.try_emplace(source_of(key)).first;
    const auto datagram = datagrams_.insert(datagrams_.end(), Datagram{key, {}, 0, source, {}});
    auto &own = source->second.datagrams;
    datagram->place = own.insert(own.end(), datagram);
    by_key_.emplace(key, datagram);
    return *datagram;
}

Frames Store::take(const ss_fragment_key &key) {
    const auto known = by_key_.find(key);
    return known == by_key_.end() ? Frames{} : take(known->second);
}

Frames Store::take(Datagrams::iterator datagram) {
    auto frames = std::move(datagram->frames);
    bytes_ -= datagram->bytes;
    const auto source = datagram->source;
    source->second.bytes -= datagram->bytes;
    source->second.datagrams.erase(datagram->place);
    if (source->second.datagrams.empty()) {
        sources_.erase(source);
    }
    by_key_.erase(datagram->key);
    datagrams_.erase(datagram);
    return frames;
}

bool Store::is_old(const Datagram &datagram, std::uint32_t now) const {
    // A frame noted a moment after `now` was read is not old.
    const std::uint32_t age = now - datagram.frames.front().held.since;
    return age > lifetime_ && age < UINT32_MAX / 2;
}

Frames Store::expire(std::uint32_t now, std::size_t most) {
    Frames expired;
    while (!empty() && expired.size() < most && is_old(datagrams_.front(), now)) {
        expired.splice(expired.end(), take(datagrams_.begin()));
    }
    return expired;
}

std::optional<std::uint32_t> Store::due(std::uint32_t now) const {
    if (empty()) {
        return std::nullopt;
    }
    const auto &oldest = datagrams_.front();
    const std::uint32_t end = oldest.frames.front().held.since + lifetime_ + 1;
    return is_old(oldest, now) ? 0 : end - now;
}

} // namespace sipsteer::fragments

// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/assembler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sipsteer::trace {

std::optional<Assembler::Whole> Assembler::add(const packets::Datagram &datagram) {
    switch (datagram.part) {
    case packets::Part::Whole:
        return Whole{datagram, std::string(datagram.payload)};
    case packets::Part::FirstFragment:
        begin(datagram);
        return std::nullopt;
    case packets::Part::LaterFragment:
        break;
    }
    return go_on(datagram);
}

void Assembler::begin(const packets::Datagram &first) {
    const Key key{first.source, first.destination, first.fragment_id};
    if (const auto old = waiting_.find(key); old != waiting_.end()) {
        ++incomplete_;
        forget(old);
    } else if (waiting_.size() == kMost) {
        ++incomplete_;
        forget(waiting_.find(ages_.front()));
    }
    std::string payload(first.payload);
    payload.resize(std::max(payload.size(), first.whole_length));
    ages_.push_back(key);
    waiting_[key] = {first, std::move(payload), first.payload.size(), std::prev(ages_.end())};
}

std::optional<Assembler::Whole> Assembler::go_on(const packets::Datagram &later) {
    const auto found = waiting_.find({later.source, later.destination, later.fragment_id});
    if (found == waiting_.end()) {
        ++incomplete_;
        return std::nullopt;
    }
    auto &parts = found->second;
    const std::size_t start = later.fragment_offset - parts.header.data_before;
    if (start >= parts.payload.size() || later.payload.size() > parts.payload.size() - start) {
        ++incomplete_;
        return std::nullopt;
    }
    parts.payload.replace(start, later.payload.size(), later.payload);
    parts.there += later.payload.size();
    if (parts.there != parts.payload.size()) {
        return std::nullopt;
    }
    Whole whole{parts.header, std::move(parts.payload)};
    forget(found);
    return whole;
}

void Assembler::forget(std::map<Key, Parts>::iterator found) {
    ages_.erase(found->second.age);
    waiting_.erase(found);
}

} // namespace sipsteer::trace

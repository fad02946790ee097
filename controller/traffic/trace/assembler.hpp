// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "packets/frame.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace sipsteer::trace {

/// Puts datagrams together whose fragments a trace has. There the first fragment is before the
/// others and none overlaps: the data plane drops what does. At most kMost datagrams are waited
/// for; the oldest is given up for a new one.
class Assembler {
public:
    static constexpr std::size_t kMost = 256;

    /// A datagram that is whole.
    struct Whole {
        packets::Datagram header; // of the first fragment; its payload is `payload`
        std::string payload;
    };

    /// The datagram that this one, or this fragment, makes whole; nothing: it does not.
    std::optional<Whole> add(const packets::Datagram &datagram);

    /// Datagrams that were given up, and fragments whose first one was not there.
    std::size_t incomplete() const { return incomplete_; }

    /// Datagrams that are waited for.
    std::size_t waiting() const { return waiting_.size(); }

private:
    using Key = std::tuple<Address, Address, std::uint32_t>; // source, destination, id

    struct Parts {
        packets::Datagram header;
        std::string payload; // with what is missing filled by zeros
        std::size_t there = 0;
        std::list<Key>::iterator age;
    };

    void begin(const packets::Datagram &first);
    std::optional<Whole> go_on(const packets::Datagram &later);
    void forget(std::map<Key, Parts>::iterator found);

    std::map<Key, Parts> waiting_;
    std::list<Key> ages_; // the oldest first
    std::size_t incomplete_ = 0;
};

} // namespace sipsteer::trace

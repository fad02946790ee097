// SPDX-License-Identifier: Apache-2.0
//
// Takes a stream of pcapng apart as it comes: for the traces that pcapng.hpp makes, so of this
// machine's byte order, and no more of their blocks than is needed.
#pragma once

#include "base/result.hpp"
#include "traffic/trace/pcapng.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::trace {

/// One block, whole.
struct BlockView {
    std::uint32_t type = 0;
    std::string_view bytes; // all of it, as it goes into a file
};

/// Cuts a stream into blocks.
class BlockReader {
public:
    /// What has come.
    void add(std::string_view bytes);

    /// The next block, valid until the next add(); nothing if it is not whole yet. An error if what
    /// has come is no pcapng of this byte order.
    Result<std::optional<BlockView>> next();

private:
    std::string buffer_;
    std::size_t taken_ = 0; // bytes of the buffer that were given out
};

/// A packet of a block; its views are into the block. Nothing if the block is none or is not good.
std::optional<Packet> read_packet(const BlockView &block);

std::optional<Statistics> read_statistics(const BlockView &block);

} // namespace sipsteer::trace

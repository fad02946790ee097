// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipsteer::log {

/// Where the lines of the log go. It never waits for their reader: lines that find no room stay in
/// memory, within a bound, and beyond it they are lost and counted. A reader that has gone (EPIPE)
/// and a full disk are the same case. The process must ignore SIGPIPE.
class Output {
public:
    /// Bytes of lines that wait for their reader.
    static constexpr std::size_t kMostWaiting = 1 << 20;

    /// Writes to `fd`, which outlives this. Only a terminal, a pipe or a socket makes a writer
    /// wait. The flag O_NONBLOCK of `fd` stays as it is, for other processes share it.
    explicit Output(int fd);

    /// Writes a line, which ends with '\n', or keeps or loses it.
    void put(std::string_view line);

    /// Writes lines that wait, as far as there is room.
    void flush();

    /// Lines that were lost so far.
    std::uint64_t lost() const { return lost_; }

    /// Lines lost since the last call. 0 while a line about them would have no room, either.
    std::uint64_t take_news_of_loss();

private:
    enum class Kind { Waits, Socket, File };

    std::size_t write_some(std::string_view bytes) const;

    int fd_;
    Kind kind_ = Kind::File;
    Fd own_; // `fd` opened again, with O_NONBLOCK; invalid if that is impossible
    std::string waiting_;
    std::uint64_t lost_ = 0;
    std::uint64_t told_ = 0; // of those
};

} // namespace sipsteer::log

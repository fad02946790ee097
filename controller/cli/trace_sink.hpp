// SPDX-License-Identifier: Apache-2.0
//
// Where a trace goes: a file, a Homer collector, lines of text.
#pragma once

#include "base/result.hpp"
#include "traffic/trace/pcapng_reader.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sipsteer::cli {

class TraceSink {
public:
    TraceSink() = default;
    TraceSink(const TraceSink &) = delete;
    TraceSink &operator=(const TraceSink &) = delete;
    virtual ~TraceSink() = default;

    /// The daemon has accepted.
    virtual Status begin() { return Done{}; }

    /// The next block; `packet`: that it holds, if it is one.
    virtual Status add(const trace::BlockView &block,
                       const std::optional<trace::Packet> &packet) = 0;

    /// Nothing follows for now.
    virtual Status flush() { return Done{}; }

    /// Nothing follows at all. What there is to say of it at the end, in words; empty: nothing. An
    /// error: not all went where it was to go.
    virtual Result<std::string> end() { return std::string(); }
};

/// A pcapng file, made or overwritten, that only its owner can read: SIP messages are private. "-":
/// the standard output. What has come is in the file at each flush().
std::unique_ptr<TraceSink> file_sink(const std::string &file);

/// One line a packet on the standard output: for people, or as JSON.
std::unique_ptr<TraceSink> line_sink(bool as_json);

/// SIP messages by HEP3 over UDP to "HOST:PORT". Fragments are put together. An error: there is no
/// such place.
Result<std::unique_ptr<TraceSink>> hep_sink(const std::string &place, std::uint32_t agent);

} // namespace sipsteer::cli

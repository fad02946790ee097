// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::cli {

struct Reply {
    int status = 0; // RFC 9110, 15
    std::string reason;
    std::string body;
};

/// Reads one HTTP/1.1 answer (RFC 9112), however it is cut into pieces.
class ReplyReader {
public:
    /// The next piece. An error: this is no HTTP answer.
    Status read(std::string_view piece);

    /// The connection has ended. An error: the answer is not complete.
    Status end();

    bool has_head() const { return state_ > State::Fields; }
    bool is_done() const { return state_ == State::Done; }

    /// As far as it has come. The body can be taken out of it at any time.
    Reply &reply() { return reply_; }

private:
    enum class State {
        StatusLine,
        Fields,
        Sized,    // a body of known length
        UntilEnd, // a body that the end of the connection ends
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
        Done
    };

    bool reads_lines() const;
    void take_bytes(std::string_view &piece);
    Status take_line(std::string_view line);
    Status take_status(std::string_view line);
    Status take_field(std::string_view line);
    Status take_chunk_size(std::string_view line);
    State after_head() const;

    State state_ = State::StatusLine;
    std::string line_; // as far as it has come
    Reply reply_;
    bool chunked_ = false;
    std::optional<std::uint64_t> length_;
    std::uint64_t left_ = 0; // of the body, or of a chunk
};

} // namespace sipsteer::cli

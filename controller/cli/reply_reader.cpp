// SPDX-License-Identifier: Apache-2.0
#include "cli/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <strings.h>
#include <utility>

namespace sipsteer::cli {

namespace {

constexpr std::size_t kLongestLine = 65536;

Error no_http() {
    return Error{"the answer is not HTTP"};
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool good = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return good ? std::optional(value) : std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_word(std::string_view one, std::string_view other) {
    return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

} // namespace

Status ReplyReader::read(std::string_view piece) {
    while (!piece.empty() && state_ != State::Done) {
        if (!reads_lines()) {
            take_bytes(piece);
            continue;
        }
        const auto end = piece.find('\n');
        line_ += piece.substr(0, end);
        if (line_.size() > kLongestLine) {
            return no_http();
        }
        if (end == piece.npos) {
            break;
        }
        piece.remove_prefix(end + 1);
        std::string line = std::exchange(line_, {});
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        if (auto taken = take_line(line); !taken) {
            return taken;
        }
    }
    return Done{};
}

Status ReplyReader::end() {
    if (state_ == State::UntilEnd) {
        state_ = State::Done;
    }
    if (state_ == State::Done) {
        return Done{};
    }
    return Error{has_head() ? "the answer ends too early" : "end of stream"};
}

bool ReplyReader::reads_lines() const {
    return state_ != State::Sized && state_ != State::UntilEnd && state_ != State::Chunk;
}

void ReplyReader::take_bytes(std::string_view &piece) {
    const bool counted = state_ != State::UntilEnd;
    const auto size = counted ? std::min<std::uint64_t>(left_, piece.size()) : piece.size();
    reply_.body += piece.substr(0, size);
    piece.remove_prefix(size);
    if (counted && (left_ -= size) == 0) {
        state_ = state_ == State::Chunk ? State::ChunkEnd : State::Done;
    }
}

Status ReplyReader::take_line(std::string_view line) {
    switch (state_) {
    case State::StatusLine:
        return take_status(line);
    case State::Fields:
        return take_field(line);
    case State::ChunkSize:
        return take_chunk_size(line);
    case State::ChunkEnd:
        state_ = State::ChunkSize;
        return line.empty() ? Status(Done{}) : no_http();
    default: // trailers, which say nothing here
        state_ = line.empty() ? State::Done : state_;
        return Done{};
    }
}

/// "HTTP/1.1 200 OK"
Status ReplyReader::take_status(std::string_view line) {
    const auto code = line.size() < 12 ? std::nullopt : number(line.substr(9, 3), 10);
    if (!line.starts_with("HTTP/1.") || line[8] != ' ' || !code) {
        return no_http();
    }
    reply_.status = static_cast<int>(*code);
    reply_.reason = without_blanks(line.substr(12));
    state_ = State::Fields;
    return Done{};
}

Status ReplyReader::take_field(std::string_view line) {
    if (line.empty()) {
        left_ = length_.value_or(0);
        state_ = after_head();
        return Done{};
    }
    const auto colon = line.find(':');
    if (colon == line.npos) {
        return no_http();
    }
    const auto name = line.substr(0, colon);
    const auto value = without_blanks(line.substr(colon + 1));
    if (same_word(name, "Content-Length")) {
        length_ = number(value, 10);
        return length_ ? Status(Done{}) : no_http();
    }
    chunked_ = chunked_ || (same_word(name, "Transfer-Encoding") && same_word(value, "chunked"));
    return Done{};
}

/// Where the body ends (RFC 9112, 6.3). An interim answer (1xx) has none; another follows it.
ReplyReader::State ReplyReader::after_head() const {
    if (reply_.status < 200) {
        return State::StatusLine;
    }
    if (reply_.status == 204 || reply_.status == 304) {
        return State::Done;
    }
    if (chunked_) {
        return State::ChunkSize;
    }
    if (!length_) {
        return State::UntilEnd;
    }
    return left_ == 0 ? State::Done : State::Sized;
}

Status ReplyReader::take_chunk_size(std::string_view line) {
    const auto size = number(without_blanks(line.substr(0, line.find(';'))), 16);
    if (!size) {
        return no_http();
    }
    left_ = *size;
    state_ = left_ == 0 ? State::Trailers : State::Chunk;
    return Done{};
}

} // namespace sipsteer::cli

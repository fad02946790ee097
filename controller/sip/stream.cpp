// SPDX-License-Identifier: Apache-2.0
#include "sip/stream.hpp"

#include "sip/reply.hpp"

#include <algorithm>

namespace sipsteer::sip {

namespace {

/// Where the empty line after the header ends; npos if it is not there yet.
std::size_t end_of_header(std::string_view text) {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
        const auto rest = text.substr(at + 1);
        if (rest.starts_with("\n")) {
            return at + 2;
        }
        if (rest.starts_with("\r\n")) {
            return at + 3;
        }
    }
    return text.npos;
}

} // namespace

void SipStream::feed(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() > 2 * kMost) {
        broken_ = true;
    }
}

std::optional<std::string> SipStream::next() {
    // Keep-alives before a message (RFC 5626, 3.5.1; RFC 3261, 7.5).
    buffer_.erase(0, std::min(buffer_.find_first_not_of("\r\n"), buffer_.size()));
    const auto header = end_of_header(buffer_);
    if (broken_ || header == buffer_.npos) {
        broken_ |= buffer_.size() > kMost;
        return std::nullopt;
    }
    const auto length = content_length(std::string_view(buffer_).substr(0, header));
    if (!length || *length > kMost || header > kMost) {
        broken_ = true;
        return std::nullopt;
    }
    if (buffer_.size() < header + *length) {
        return std::nullopt;
    }
    auto message = buffer_.substr(0, header + *length);
    buffer_.erase(0, message.size());
    return message;
}

} // namespace sipsteer::sip

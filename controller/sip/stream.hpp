// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::sip {

/// Takes SIP messages out of a byte stream (RFC 3261, 18.3), however it is cut into pieces. Pure.
class SipStream {
public:
    /// What a header, and a body, may be at most.
    static constexpr std::size_t kMost = 65536;

    void feed(std::string_view bytes);

    /// The next whole message, without the empty lines before it; nothing if it is not all there.
    std::optional<std::string> next();

    /// The stream cannot be read on: a message without Content-Length or with a bad one, or too
    /// long. There is no next() any more.
    bool broken() const { return broken_; }

private:
    std::string buffer_;
    bool broken_ = false;
};

} // namespace sipsteer::sip

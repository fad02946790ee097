// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace sipsteer::cli {

struct Reply {
    int status = 0; // RFC 9110, 15
    std::string reason;
    std::string body;
    std::string etag = {}; // entity tag (RFC 9110, 8.8.3); empty: none
};

/// Reads one HTTP/1.1 answer (RFC 9112), however it is cut into pieces. Beast's parser does it; no
/// other file of the command line includes Beast.
class ReplyReader {
public:
    ReplyReader();
    ~ReplyReader();

    /// The next piece. An error: this is no HTTP answer.
    Status read(std::string_view piece);

    /// The connection has ended. An error: the answer is not complete.
    Status end();

    bool has_head() const;
    bool is_done() const;

    /// As far as it has come. The body can be taken out of it at any time.
    Reply &reply() { return reply_; }

private:
    struct Parser;

    void take();
    bool is_interim() const;

    std::unique_ptr<Parser> parser_;
    std::string unread_; // of a head that is not complete
    Reply reply_;
};

} // namespace sipsteer::cli

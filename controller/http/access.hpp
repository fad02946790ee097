// SPDX-License-Identifier: Apache-2.0
//
// Who may ask for what.
#pragma once

#include "http/alarm.hpp"
#include "http/message.hpp"
#include "http/tokens.hpp"

#include <memory>
#include <optional>

namespace sipsteer::http {

class Access {
public:
    /// `tokens` null: whoever can connect may do everything, as on the Unix socket, whose file has
    /// an owner, a group and a mode.
    explicit Access(std::shared_ptr<Tokens> tokens)
        : tokens_(std::move(tokens)), alarm_(std::make_shared<Alarm>("api_wrong_tokens")) {}

    /// The answer if the request may not be made: 401 without a good token; 403 if its role does
    /// not do, if a page of another origin has a browser make it (RFC 6454, Fetch Metadata), or
    /// where no token is needed, if it is for a name that the owner of another site may have given
    /// to us (DNS rebinding). Looks at all but the body and what the router captures. `client` is
    /// for the log, which warns of wrong tokens. Fills in request.role, and request.who by a
    /// token.
    std::optional<Response> refuse(Request &request, const std::string &client) const;

    /// Whether the request has changed something, for the audit. Unless its handler says that it
    /// has not, every one has that was answered well and was not for reading.
    static bool is_change(const Request &request, const Response &response);

    /// Whether one who may make the request is known by that.
    bool makes_known(const Request &request) const;

private:
    std::shared_ptr<Tokens> tokens_;
    std::shared_ptr<Alarm> alarm_;
};

} // namespace sipsteer::http

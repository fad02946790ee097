// SPDX-License-Identifier: Apache-2.0
//
// Rules (rules.hpp) for the fields that become part of a SIP request, or judge the answer. Nothing
// that they let through can end a header line or begin another one.
#pragma once

#include "config/cursor.hpp"
#include "config/model.hpp"

#include <string>
#include <vector>

namespace sipsteer::config {

/// A method: a token (RFC 3261, 25.1) of at most 32 characters. Not those that are no request on
/// their own: an INVITE would ring and want an ACK, nobody answers an ACK, a CANCEL needs what it
/// cancels.
struct SipMethod {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
};

/// A sip: URI as it may stand in a Request-URI, From or To: without headers (RFC 3261, 19.1.1).
struct SipUri {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
    static constexpr const char *kDefinition = "SipUri";
};

/// The value of a header field: 1 to 128 bytes, no control characters, no blanks at the ends.
struct HeaderText {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
};

/// Final codes: "any", or a list like [200, "400-499"].
struct CodeList {
    void read(const Cursor &at, std::vector<CodeRange> &out) const;
    nlohmann::json write(const std::vector<CodeRange> &value) const;
    nlohmann::json schema() const;
};

} // namespace sipsteer::config

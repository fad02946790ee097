// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sipsteer::http {

/// What is wrong with one field of the configuration.
struct FieldFault {
    std::string pointer; // RFC 6901; empty: the whole
    std::string detail;
};

/// Why a request was not served: a problem document (RFC 9457).
struct Problem {
    unsigned status = 400;
    std::string detail;    // one sentence without a full stop, for the person who asked
    std::string parameter; // the query parameter at fault; empty: none
    std::string pointer;   // the field at fault, a JSON pointer into the body (RFC 6901), or empty
    std::vector<FieldFault> errors = {}; // of the configuration that was asked for
};

/// As a document of type about:blank, whose title is the status' name (RFC 9457, 4.2.1).
Response problem_response(const Problem &problem);

/// "Not Found" for 404.
std::string status_title(unsigned status);

} // namespace sipsteer::http

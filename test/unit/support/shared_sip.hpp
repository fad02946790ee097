// SPDX-License-Identifier: Apache-2.0
//
// Collected SIP messages, kept outside the project: a folder with messages and expected.tsv, which
// says what independent parsers find in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sipsteer::test {

struct SharedMessage {
    std::string file; // below the folder
    std::string kind; // request, response or other
    std::string method;
    std::string call_id; // that the parsers find
    int parsers_agree;   // how many of five do
    std::string text;
};

/// The messages in $SIPSTEER_SHARED_SIP or, without it, in ../shared/sip beside the project;
/// nothing if there is no such folder.
std::optional<std::vector<SharedMessage>> read_shared_sip();

} // namespace sipsteer::test

// SPDX-License-Identifier: Apache-2.0
#include "cli/server_sent.hpp"

#include <utility>

namespace sipsteer::cli {

void ServerSentReader::read(std::string_view piece) {
    for (const char c : piece) {
        const bool second_half = c == '\n' && after_cr_; // of CRLF
        after_cr_ = c == '\r';
        if (second_half) {
            continue;
        }
        if (c == '\n' || c == '\r') {
            end_line();
        } else {
            line_ += c;
        }
    }
}

void ServerSentReader::end_line() {
    const std::string line = std::exchange(line_, {});
    if (line.empty()) {
        if (std::exchange(has_data_, false)) {
            found_(event_);
        }
        event_.data.clear();
        return;
    }
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == line.npos ? "" : line.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') {
        value.erase(0, 1);
    }
    if (name == "id") {
        event_.id = value;
    } else if (name == "data") {
        event_.data += (has_data_ ? "\n" : "") + value;
        has_data_ = true;
    }
}

} // namespace sipsteer::cli

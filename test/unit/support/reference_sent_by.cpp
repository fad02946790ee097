// SPDX-License-Identifier: Apache-2.0
#include "reference_finder.hpp"

namespace sipsteer::test {

std::string_view reference_sent_by(std::string_view message) {
    constexpr std::size_t kNone = std::string_view::npos;
    const std::string_view rest = reference_header(message, "via", "v");
    const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
    const std::size_t version = line.find('/');
    const std::size_t transport = version == kNone ? kNone : line.find('/', version + 1);
    if (transport == kNone) {
        return {};
    }
    const std::size_t udp = line.find_first_not_of(" \t", transport + 1);
    const std::size_t gap = udp == kNone ? kNone : line.find_first_of(" \t", udp);
    const std::size_t start = gap == kNone ? kNone : line.find_first_not_of(" \t", gap);
    if (start == kNone) {
        return {};
    }
    std::size_t end = line.find_first_of(";,", start);
    if (end == kNone) {
        if (line.size() == rest.size()) {
            return {}; // cut off: there may be more of it
        }
        end = line.size();
    }
    std::string_view sent_by = line.substr(start, end - start);
    while (!sent_by.empty() && (sent_by.back() == ' ' || sent_by.back() == '\t')) {
        sent_by.remove_suffix(1);
    }
    return sent_by.substr(0, kReferenceKeyBytes);
}

} // namespace sipsteer::test

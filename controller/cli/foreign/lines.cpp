// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/lines.hpp"

namespace sipsteer::foreign {

namespace {

std::vector<std::string> words_of(std::string_view line) {
    constexpr std::string_view kBlanks = " \t\r\f\v";
    std::vector<std::string> words;
    for (auto begin = line.find_first_not_of(kBlanks); begin != line.npos;) {
        const auto end = line.find_first_of(kBlanks, begin);
        words.emplace_back(line.substr(begin, end - begin));
        begin = end == line.npos ? end : line.find_first_not_of(kBlanks, end);
    }
    return words;
}

} // namespace

std::vector<Line> lines_of(std::string_view text, std::string_view comment) {
    std::vector<Line> lines;
    for (unsigned number = 1; !text.empty(); number++) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        if (auto words = words_of(line.substr(0, line.find_first_of(comment))); !words.empty()) {
            lines.push_back({number, std::move(words)});
        }
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return parts;
}

} // namespace sipsteer::foreign

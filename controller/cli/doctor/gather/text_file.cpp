// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/text_file.hpp"

#include "config/parse.hpp"

#include <charconv>

namespace sipsteer::doctor {

Result<std::string> read_text(const std::string &path) {
    auto text = config::read_file(path);
    if (text) {
        text->erase(text->find_last_not_of(" \t\n") + 1);
    }
    return text;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto *end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

Result<std::uint64_t> read_number(const std::string &path) {
    const auto text = read_text(path);
    if (!text) {
        return text.error();
    }
    const auto number = number_in(*text);
    if (!number) {
        return Error{path + ": \"" + *text + "\" is not a number"};
    }
    return *number;
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::foreign {

/// A line of a file that has words.
struct Line {
    unsigned number = 0; // from 1
    std::vector<std::string> words;
};

/// The lines with words, up to one of these characters: it begins a comment.
std::vector<Line> lines_of(std::string_view text, std::string_view comment);

/// The parts between separators; none of an empty text.
std::vector<std::string> split(std::string_view text, char separator);

} // namespace sipsteer::foreign

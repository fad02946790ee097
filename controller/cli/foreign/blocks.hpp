// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::foreign {

/// A statement of keepalived.conf(5): words of one line, and perhaps a block in braces.
struct Statement {
    unsigned line = 0; // from 1
    std::vector<std::string> words;
    std::vector<Statement> block;

    const std::string &name() const { return words.front(); }

    /// A word behind the name; empty if it is not there.
    std::string word(std::size_t index) const {
        return index < words.size() ? words[index] : std::string();
    }
};

/// The statements of a file. A brace too few or too many ends the last block, or nothing.
std::vector<Statement> blocks_of(std::string_view text);

} // namespace sipsteer::foreign

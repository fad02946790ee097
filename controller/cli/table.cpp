// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <algorithm>

namespace sipsteer::cli {

namespace {

const char *start_of(Colour colour) {
    switch (colour) {
    case Colour::Good:
        return "\x1b[32m";
    case Colour::Bad:
        return "\x1b[31m";
    case Colour::Warning:
        return "\x1b[33m";
    case Colour::None:
        break;
    }
    return "";
}

/// Characters of UTF-8 text: all bytes but continuation bytes (RFC 3629, 3).
std::size_t width(const std::string &text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

bool is_number(const std::string &text) {
    return text == "-" || (!text.empty() && text.find_first_not_of("0123456789.") == text.npos);
}

} // namespace

std::string painted(const Cell &cell, bool colour) {
    return colour && cell.colour != Colour::None ? start_of(cell.colour) + cell.text + "\x1b[0m"
                                                 : cell.text;
}

std::string Table::print(bool colour) const {
    std::vector<std::size_t> widths;
    std::vector<bool> right;
    for (std::size_t column = 0; column < headings_.size(); column++) {
        std::size_t widest = width(headings_[column]);
        bool numbers = !rows_.empty();
        for (const auto &row : rows_) {
            widest = std::max(widest, width(row[column].text));
            numbers = numbers && is_number(row[column].text);
        }
        widths.push_back(widest);
        right.push_back(numbers);
    }
    const auto line = [&](const auto &cells) {
        std::string text;
        std::string gap; // before the next cell
        for (std::size_t column = 0; column < cells.size(); column++) {
            const std::string pad(widths[column] - width(cells[column].text), ' ');
            text += gap + (right[column] ? pad : "") + painted(cells[column], colour);
            gap = (right[column] ? "" : pad) + "  ";
        }
        return text + '\n';
    };
    std::vector<Cell> headings(headings_.size());
    std::transform(headings_.begin(), headings_.end(), headings.begin(),
                   [](const auto &heading) { return Cell{heading}; });
    std::string text = line(headings);
    for (const auto &row : rows_) {
        text += line(row);
    }
    return text;
}

} // namespace sipsteer::cli

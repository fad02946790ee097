// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sipsteer::cli {

enum class Colour { None, Good, Bad, Warning };

struct Cell {
    std::string text;
    Colour colour = Colour::None;
};

/// The cell's text in its colour, if there are to be any: escape sequences (ECMA-48).
std::string painted(const Cell &cell, bool colour);

/// Columns of text, aligned: those of numbers to the right, the others to the left.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

    /// As many cells as there are headings.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

    /// One line a row, without blanks at its end.
    std::string print(bool colour) const;

private:
    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace sipsteer::cli

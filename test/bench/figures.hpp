// SPDX-License-Identifier: Apache-2.0
//
// What was measured, and how it is shown.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace sipsteer::bench {

struct Figure {
    std::string name; // words between dots: scenario.calls.what
    double value;
    std::string unit;
};

/// A row of the table for people: what it is about, and its cells.
struct Row {
    std::string name;
    std::vector<std::string> cells;
};

struct Table {
    std::string title;
    std::vector<std::string> columns; // of the cells
    std::vector<Row> rows;
    std::string note; // below the table; may be empty
};

/// One subcommand's results.
struct Report {
    std::vector<Figure> figures;
    std::vector<Table> tables;

    /// Notes a figure. Throws if it is not finite or below 0.
    void add(const std::string &name, double value, const std::string &unit);
};

/// "12.3", "0.000012": three significant digits at least, none behind the point from 100 on.
std::string number(double value);

/// "1k", "100k", "1M".
std::string count_name(std::size_t count);

std::string to_text(const Report &report);
nlohmann::json to_json(const Report &report);

} // namespace sipsteer::bench

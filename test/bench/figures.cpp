// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

void pad(std::string &line, const std::string &text, std::size_t width, bool left) {
    const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
    line += left ? text + blanks : blanks + text;
}

std::string row_text(const std::string &name, const std::vector<std::string> &cells,
                     std::size_t name_width, const std::vector<std::size_t> &widths) {
    std::string line = "  ";
    pad(line, name, name_width, true);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        pad(line, cells[i], widths[i] + 2, false);
    }
    return line + "\n";
}

std::string table_text(const Table &table) {
    std::size_t name_width = 0;
    std::vector<std::size_t> widths;
    for (const std::string &column : table.columns) {
        widths.push_back(column.size());
    }
    for (const Row &row : table.rows) {
        name_width = std::max(name_width, row.name.size());
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            widths.at(i) = std::max(widths.at(i), row.cells[i].size());
        }
    }
    std::string text = table.title + "\n" + row_text("", table.columns, name_width, widths);
    for (const Row &row : table.rows) {
        text += row_text(row.name, row.cells, name_width, widths);
    }
    return table.note.empty() ? text : text + "  " + table.note + "\n";
}

} // namespace

void Report::add(const std::string &name, double value, const std::string &unit) {
    if (!std::isfinite(value) || value < 0) {
        throw std::runtime_error(name + " is " + std::to_string(value) + ", which cannot be");
    }
    figures.push_back({name, value, unit});
}

std::string number(double value) {
    char text[32];
    if (value >= 100 || value == 0) {
        std::snprintf(text, sizeof(text), "%.0f", value);
    } else if (value >= 0.01) {
        std::snprintf(text, sizeof(text), value >= 10 ? "%.1f" : "%.2f", value);
    } else {
        std::snprintf(text, sizeof(text), "%.2g", value);
    }
    return text;
}

std::string count_name(std::size_t count) {
    if (count >= 1'000'000 && count % 1'000'000 == 0) {
        return std::to_string(count / 1'000'000) + "M";
    }
    if (count >= 1'000 && count % 1'000 == 0) {
        return std::to_string(count / 1'000) + "k";
    }
    return std::to_string(count);
}

std::string to_text(const Report &report) {
    std::string text;
    for (const Table &table : report.tables) {
        text += (text.empty() ? "" : "\n") + table_text(table);
    }
    return text;
}

nlohmann::json to_json(const Report &report) {
    nlohmann::json figures = nlohmann::json::array();
    for (const Figure &figure : report.figures) {
        figures.push_back({{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
    }
    return figures;
}

} // namespace sipsteer::bench

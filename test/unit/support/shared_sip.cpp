// SPDX-License-Identifier: Apache-2.0
#include "shared_sip.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sipsteer::test {

namespace {

std::filesystem::path shared_folder() {
    if (const char *folder = std::getenv("SIPSTEER_SHARED_SIP")) {
        return folder;
    }
    return std::filesystem::path(SIPSTEER_ROOT).parent_path() / "shared" / "sip";
}

std::string read_file(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A column as it was before it was written down: quotes around it mean that quotes and
/// backslashes in it are doubled.
std::string unquote(const std::string &column) {
    if (column.size() < 2 || column.front() != '"' || column.back() != '"') {
        return column;
    }
    std::string result;
    for (std::size_t i = 1; i + 1 < column.size(); i++) {
        result += column[i];
        if ((column[i] == '"' || column[i] == '\\') && column[i + 1] == column[i]) {
            i++;
        }
    }
    return result;
}

std::vector<std::string> split_columns(const std::string &line) {
    std::vector<std::string> columns;
    std::istringstream stream(line);
    for (std::string column; std::getline(stream, column, '\t');) {
        columns.push_back(column);
    }
    return columns;
}

} // namespace

std::optional<std::vector<SharedMessage>> read_shared_sip() {
    const std::filesystem::path folder = shared_folder();
    std::ifstream table(folder / "expected.tsv");
    if (!table) {
        return std::nullopt;
    }
    std::vector<SharedMessage> messages;
    std::string line;
    std::getline(table, line); // the headings
    while (std::getline(table, line)) {
        const auto columns = split_columns(line);
        if (columns.size() < 9) {
            throw std::runtime_error("expected.tsv: bad line: " + line);
        }
        messages.push_back({columns[0], columns[3], columns[4], unquote(columns[5]),
                            std::stoi(columns[6]), read_file(folder / columns[0])});
    }
    return messages;
}

} // namespace sipsteer::test

// SPDX-License-Identifier: Apache-2.0
#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace sipsteer::config {

namespace {

constexpr std::size_t kLongest = 64; // longer texts are no misspellings of our words

/// Levenshtein distance, letters to insert, delete or replace, if it is below `limit`; else
/// `limit`. Only the cells are worked out that are less than `limit` away from the diagonal.
std::size_t distance(const std::string &a, const std::string &b, std::size_t limit) {
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= limit) {
        return limit;
    }
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); i++) {
        const std::size_t first = i < limit ? 0 : i - limit;
        const std::size_t end = std::min(b.size(), i + limit + 1);
        std::size_t diagonal = row[first];
        row[first] = first == 0 ? i + 1 : limit;
        for (std::size_t j = first; j < end; j++) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return std::min(row[b.size()], limit);
}

} // namespace

std::string did_you_mean(const std::string &text, const std::vector<std::string> &known) {
    if (text.size() > kLongest) {
        return "";
    }
    const std::string *best = nullptr;
    std::size_t best_distance = std::min<std::size_t>(3, (text.size() + 1) / 2);
    for (const std::string &word : known) {
        const std::size_t d = distance(text, word, best_distance);
        if (d < best_distance) {
            best_distance = d;
            best = &word;
        }
    }
    return best == nullptr ? "" : "; did you mean \"" + *best + "\"?";
}

} // namespace sipsteer::config

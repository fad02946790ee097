// SPDX-License-Identifier: Apache-2.0
#include "http/query.hpp"

#include <algorithm>
#include <charconv>

namespace sipsteer::http {

std::optional<std::string> QueryReader::take(std::string_view name) {
    known_.emplace_back(name);
    std::optional<std::string> value;
    for (const auto &[key, text] : query_) {
        if (key == name && value) {
            fault(name, std::string(name) + ": given more than once");
        } else if (key == name) {
            value = text;
        }
    }
    return value;
}

std::uint64_t QueryReader::number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                  std::uint64_t fallback) {
    return number_if_any(name, least, most).value_or(fallback);
}

std::optional<std::uint64_t> QueryReader::number_if_any(std::string_view name, std::uint64_t least,
                                                        std::uint64_t most) {
    const auto text = take(name);
    if (!text) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    const char *end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, value);
    if (failed != std::errc{} || stop != end || value < least || value > most) {
        fault(name, std::string(name) + ": \"" + *text + "\" is not a number from " +
                        std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return value;
}

std::optional<double> QueryReader::share(std::string_view name) {
    const auto text = take(name);
    if (!text) {
        return std::nullopt;
    }
    double value = 0;
    const char *end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, value);
    if (failed != std::errc{} || stop != end || !(value > 0 && value <= 1)) {
        fault(name, std::string(name) + ": \"" + *text + "\" is not a share above 0, at most 1");
        return std::nullopt;
    }
    return value;
}

std::optional<std::string> QueryReader::text(std::string_view name) {
    auto value = take(name);
    if (value && value->empty()) {
        fault(name, std::string(name) + ": is empty");
    }
    return value;
}

bool QueryReader::flag(std::string_view name) {
    const auto text = take(name);
    if (text && *text != "true" && *text != "false") {
        fault(name, std::string(name) + ": \"" + *text + "\" is neither true nor false");
    }
    return text == "true";
}

std::optional<Problem> QueryReader::finish() {
    for (const auto &parameter : query_) {
        const std::string &name = parameter.first;
        if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
            std::string detail = "unknown query parameter \"" + name + "\"; ";
            detail += known_.empty() ? "this route has none" : "known parameters:";
            for (const std::string &known : known_) {
                detail += ' ' + known;
            }
            fault(name, std::move(detail));
        }
    }
    return problem_;
}

void QueryReader::fault(std::string_view name, std::string detail) {
    if (!problem_) {
        problem_ = Problem{400, std::move(detail), std::string(name), {}};
    }
}

} // namespace sipsteer::http

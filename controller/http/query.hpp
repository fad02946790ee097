// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::http {

/// Takes the query parameters of a request one by one, by name. The first fault is kept; what
/// was not asked for is a fault too:
///
///     QueryReader query(request);
///     const auto limit = query.number("limit", 1, 1000, 100);
///     if (const auto problem = query.finish()) {
///         return problem_response(*problem);
///     }
class QueryReader {
public:
    /// `request` must outlive the reader.
    explicit QueryReader(const Request &request) : query_(request.target.query) {}

    /// A decimal number from `least` to `most`; `fallback` if absent or at fault.
    std::uint64_t number(std::string_view name, std::uint64_t least, std::uint64_t most,
                         std::uint64_t fallback);

    /// A number above 0, at most 1: "0.01"; nothing if absent or at fault.
    std::optional<double> share(std::string_view name);

    /// "true" or "false"; false if absent or at fault.
    bool flag(std::string_view name);

    /// A text; nothing if absent. Empty is a fault.
    std::optional<std::string> text(std::string_view name);

    /// A decimal number as above; nothing if absent or at fault.
    std::optional<std::uint64_t> number_if_any(std::string_view name, std::uint64_t least,
                                               std::uint64_t most);

    /// The first fault, if there is one. After everything known was asked for.
    std::optional<Problem> finish();

private:
    /// The value; nothing if the parameter is absent. More than one is a fault.
    std::optional<std::string> take(std::string_view name);
    void fault(std::string_view name, std::string detail);

    const std::vector<std::pair<std::string, std::string>> &query_;
    std::vector<std::string> known_;
    std::optional<Problem> problem_;
};

} // namespace sipsteer::http

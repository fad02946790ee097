// SPDX-License-Identifier: Apache-2.0
//
// The configuration from JSON and back. It is validated whole: either all of it is good, or every
// error found is returned, each with the field it is about.
#pragma once

#include "base/result.hpp"
#include "config/errors.hpp"
#include "config/model.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sipsteer::config {

/// A valid configuration, or what is wrong with it.
class [[nodiscard]] Parsed {
public:
    Parsed(Config config) : state_(std::move(config)) {}
    Parsed(std::vector<FieldError> errors) : state_(std::move(errors)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    /// Only when ok().
    const Config &operator*() const { return std::get<0>(state_); }
    const Config *operator->() const { return &std::get<0>(state_); }

    /// At least one, in the order of the document as far as possible. Only when not ok().
    const std::vector<FieldError> &errors() const { return std::get<1>(state_); }

    /// The errors for a person, one a line. Only when not ok().
    std::string error_text() const;

private:
    std::variant<Config, std::vector<FieldError>> state_;
};

Parsed parse(const nlohmann::json &document);

/// As parse(); also finds fields given twice, which a parsed document does not show any more.
Parsed parse_text(std::string_view text);

Result<std::string> read_file(const std::string &path);

/// As parse_text(), of a file's text; an error of the document as a whole names the file.
Parsed parse_text_of(const std::string &path, std::string_view text);

/// Likewise, of a file; the error of one that cannot be read names it, too.
Parsed load_file(const std::string &path);

/// The whole configuration in force, defaults filled in; parse() of it gives the same again.
nlohmann::json to_json(const Config &config);

} // namespace sipsteer::config

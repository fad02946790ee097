// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace sipsteer::config {

/// The path of a field of the object at `path`, and of an element of the list there.
std::string field_path(const std::string &path, const std::string &field);
std::string element_path(const std::string &path, std::size_t index);

/// A value as an error shows it: JSON, cut if it is long.
std::string shown(const nlohmann::json &value);

/// One place in the document that is being read: its value, its path, and where to complain.
/// Refers to the document and to the errors; must not outlive them.
class Cursor {
public:
    Cursor(const nlohmann::json &value, std::string path, Errors &errors)
        : value_(value), path_(std::move(path)), errors_(errors) {}

    const nlohmann::json &value() const { return value_; }
    Errors &errors() const { return errors_; }

    /// The field or element must exist.
    Cursor field(const std::string &name) const {
        return {value_.at(name), field_path(path_, name), errors_};
    }
    Cursor element(std::size_t index) const {
        return {value_.at(index), element_path(path_, index), errors_};
    }

    void fail(std::string message) const { errors_.add(path_, std::move(message)); }
    void fail_field(const std::string &name, std::string message) const {
        errors_.add(field_path(path_, name), std::move(message));
    }

    /// `expected a string, found number 5`; `expected` has its article.
    void fail_type(const std::string &expected) const;

    /// The string here; null, and an error, if it is something else.
    const std::string *text(const std::string &expected = "a string") const;

private:
    const nlohmann::json &value_;
    std::string path_;
    Errors &errors_;
};

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace sipsteer::config {

/// The path of a field of the object at `path`, and of an element of the list there.
std::string field_path(const std::string &path, const std::string &field);
std::string element_path(const std::string &path, std::size_t index);

/// A value as an error shows it: JSON, cut if it is long.
std::string shown(const nlohmann::json &value);

/// One place in the document that is being read: its value, its path, and where to complain.
/// Refers to the document, to the errors and to the cursor that it comes from; must not outlive
/// them. Its path is made when there is something to complain about: most places are well.
class Cursor {
public:
    /// Of the whole document.
    Cursor(const nlohmann::json &value, Errors &errors) : value_(value), errors_(errors) {}

    const nlohmann::json &value() const { return value_; }
    Errors &errors() const { return errors_; }

    /// `value` is what the field `name` of this object holds. `name` must outlive the cursor.
    Cursor field(std::string_view name, const nlohmann::json &value) const {
        Cursor field(value, errors_);
        field.parent_ = this;
        field.name_ = name;
        return field;
    }

    /// The element must exist.
    Cursor element(std::size_t index) const {
        Cursor element(value_.at(index), errors_);
        element.parent_ = this;
        element.index_ = index;
        return element;
    }

    void fail(std::string message) const { errors_.add(path(), std::move(message)); }
    void fail_field(const std::string &name, std::string message) const {
        errors_.add(field_path(path(), name), std::move(message));
    }

    /// `expected a string, found number 5`; `expected` has its article.
    void fail_type(const std::string &expected) const;

    /// The string here; null, and an error, if it is something else.
    const std::string *text(const std::string &expected = "a string") const;

private:
    std::string path() const;

    const nlohmann::json &value_;
    Errors &errors_;
    const Cursor *parent_ = nullptr; // null: of the whole document
    std::string_view name_;          // of a field
    std::size_t index_ = 0;          // of an element
};

} // namespace sipsteer::config

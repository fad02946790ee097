// SPDX-License-Identifier: Apache-2.0
#include "config/cursor.hpp"

#include <algorithm>
#include <cctype>

namespace sipsteer::config {

using nlohmann::json;

namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kCharacterBytes = 4; // of UTF-8, at most

bool is_plain(const std::string &field) {
    return !field.empty() && std::all_of(field.begin(), field.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

std::string described(const json &value) {
    switch (value.type()) {
    case json::value_t::object:
        return "an object";
    case json::value_t::array:
        return "a list";
    case json::value_t::string:
        return "string " + shown(value);
    case json::value_t::boolean:
    case json::value_t::null:
        return shown(value);
    default:
        return "number " + shown(value);
    }
}

} // namespace

std::string field_path(const std::string &path, const std::string &field) {
    if (!is_plain(field)) {
        return path + "[" + shown(json(field)) + "]";
    }
    return path.empty() ? field : path + "." + field;
}

std::string element_path(const std::string &path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

std::string shown(const json &value) {
    constexpr std::size_t kEnough = kShownBytes + kCharacterBytes; // one may be cut at the end
    const auto replace = json::error_handler_t::replace;           // of bytes that are not UTF-8
    const auto *whole = value.get_ptr<const std::string *>();
    std::string text = whole != nullptr && whole->size() > kEnough
                           ? json(whole->substr(0, kEnough)).dump(-1, ' ', true, replace)
                           : value.dump(-1, ' ', true, replace);
    if (text.size() > kShownBytes) {
        text.resize(kShownBytes);
        text += "...";
    }
    return text;
}

std::string Cursor::path() const {
    if (parent_ == nullptr) {
        return "";
    }
    return parent_->value_.is_array() ? element_path(parent_->path(), index_)
                                      : field_path(parent_->path(), std::string(name_));
}

void Cursor::fail_type(const std::string &expected) const {
    fail("expected " + expected + ", found " + described(value_));
}

const std::string *Cursor::text(const std::string &expected) const {
    if (!value_.is_string()) {
        fail_type(expected);
        return nullptr;
    }
    return value_.get_ptr<const std::string *>();
}

} // namespace sipsteer::config

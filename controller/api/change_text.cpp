// SPDX-License-Identifier: Apache-2.0
#include "api/change_text.hpp"

#include "config/cursor.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

namespace sipsteer::api {

namespace {

using nlohmann::json;

constexpr std::size_t kMostDifferences = 20; // in one line of the log

/// Whether a list is one of things with names.
bool is_named(const json &list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const json &thing) {
               return thing.is_object() && thing.contains("name") && thing["name"].is_string();
           });
}

/// The parts of an object or of a list of named things, by their names.
std::map<std::string, const json *> parts_of(const json &whole) {
    std::map<std::string, const json *> parts;
    if (whole.is_object()) {
        for (auto part = whole.begin(); part != whole.end(); ++part) {
            parts[part.key()] = &*part;
        }
    } else {
        for (const json &part : whole) {
            parts[part["name"].get_ref<const std::string &>()] = &part;
        }
    }
    return parts;
}

class Differences {
public:
    void compare(const std::string &path, const json &before, const json &after) {
        if (count_ > kMostDifferences || before == after) {
            return;
        }
        const bool objects = before.is_object() && after.is_object();
        if (objects || (is_named(before) && is_named(after))) {
            compare_parts(path.empty() ? "" : path + '.', before, after);
        } else {
            add(path, before, after);
        }
    }

    const std::string &text() const { return text_; }

private:
    void compare_parts(const std::string &path, const json &before, const json &after) {
        const json none;
        const auto next = parts_of(after);
        auto all = parts_of(before);
        all.insert(next.begin(), next.end());
        const auto now = parts_of(before);
        const auto part = [&none](const auto &parts, const std::string &name) -> const json & {
            const auto found = parts.find(name);
            return found == parts.end() ? none : *found->second;
        };
        for (const auto &[name, either] : all) {
            compare(path + name, part(now, name), part(next, name));
        }
    }

    /// What stands for a thing: its text, if that says something.
    static std::string word(const json &value) {
        return value.is_null() ? "none" : value.is_structured() ? "..." : config::shown(value);
    }

    void add(const std::string &path, const json &before, const json &after) {
        text_ += text_.empty() ? "" : ", ";
        if (++count_ > kMostDifferences) {
            text_ += "and more";
            return;
        }
        text_ += path.empty() ? "" : path + ": ";
        if (before.is_null() && after.is_structured()) {
            text_ += "added";
        } else if (after.is_null() && before.is_structured()) {
            text_ += "removed";
        } else {
            text_ += word(before) + " -> " + word(after);
        }
    }

    std::string text_;
    std::size_t count_ = 0;
};

} // namespace

std::string change_text(const json &before, const json &after) {
    Differences differences;
    differences.compare("", before, after);
    return differences.text();
}

} // namespace sipsteer::api

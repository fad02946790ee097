// SPDX-License-Identifier: Apache-2.0
#include "config/json_text.hpp"

#include "config/cursor.hpp"

#include <set>
#include <string>
#include <vector>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// The configuration is six deep. What goes through a document calls itself for each level.
constexpr int kMostDepth = 32;

struct TooDeep {};

/// Follows the parser through the document and notes fields that an object has twice.
class DuplicateWatch {
public:
    explicit DuplicateWatch(Errors &errors) : errors_(errors) {}

    void on_event(json::parse_event_t event, const json &value) {
        switch (event) {
        case json::parse_event_t::object_start:
        case json::parse_event_t::array_start:
            on_value();
            open_.push_back({event == json::parse_event_t::array_start, 0, {}, {}});
            break;
        case json::parse_event_t::object_end:
        case json::parse_event_t::array_end:
            open_.pop_back();
            break;
        case json::parse_event_t::key:
            on_field(value.get_ref<const std::string &>());
            break;
        case json::parse_event_t::value:
            on_value();
            break;
        }
    }

private:
    /// An object or list that has begun and not ended.
    struct Level {
        bool is_list;
        std::size_t elements;         // of a list, those that have begun
        std::string field;            // of an object, the one it is in
        std::set<std::string> fields; // of an object, those seen
    };

    void on_value() {
        if (!open_.empty() && open_.back().is_list) {
            open_.back().elements++;
        }
    }

    void on_field(const std::string &field) {
        Level &object = open_.back();
        object.field = field;
        if (!object.fields.insert(field).second) {
            errors_.add(path(), "given twice");
        }
    }

    std::string path() const {
        std::string path;
        for (const Level &level : open_) {
            path = level.is_list ? element_path(path, level.elements - 1)
                                 : field_path(path, level.field);
        }
        return path;
    }

    Errors &errors_;
    std::vector<Level> open_;
};

/// The library's text without its prefix: "[json.exception.parse_error.101] parse error at line
/// 3, column 5: syntax error while ...".
std::string plain_message(const std::string &text) {
    for (const char *start : {"line ", "] "}) {
        const auto at = text.find(start);
        if (at != std::string::npos) {
            return text.substr(at + (start[0] == ']' ? 2 : 0));
        }
    }
    return text;
}

} // namespace

std::optional<json> parse_json(std::string_view text, Errors &errors) {
    DuplicateWatch watch(errors);
    const auto follow = [&watch](int depth, json::parse_event_t event, json &value) {
        if (depth >= kMostDepth) {
            throw TooDeep{};
        }
        watch.on_event(event, value);
        return true; // keep it
    };
    try {
        return json::parse(text, follow);
    } catch (const json::exception &failed) {
        errors.add("", "not JSON: " + plain_message(failed.what()));
    } catch (const TooDeep &) {
        errors.add("", "nested deeper than " + std::to_string(kMostDepth) + " levels");
    }
    return std::nullopt;
}

} // namespace sipsteer::config

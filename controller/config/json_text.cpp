// SPDX-License-Identifier: Apache-2.0
#include "config/json_text.hpp"

#include "config/cursor.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// Of an object: none of ours has fifty. Going through them, copying and freeing them takes longer
/// than anything else that is as long.
constexpr std::size_t kMostFields = 1000;

/// The library's text without its prefix: "[json.exception.parse_error.101] parse error at line
/// 3, column 5: syntax error while ...". It quotes what it read last, which may be a megabyte.
std::string plain_message(std::string text) {
    constexpr std::size_t kMostBytes = 300;
    for (const char *start : {"line ", "] "}) {
        const auto at = text.find(start);
        if (at != std::string::npos) {
            text.erase(0, at + (start[0] == ']' ? 2 : 0));
            break;
        }
    }
    if (text.size() > kMostBytes) {
        text.resize(kMostBytes);
        text += "...";
    }
    return text;
}

/// Makes the document from what the library's parser reports. The library could do it itself and
/// tell of each field, but then it looks through an object or list again at the end of each of its
/// parts, so that a list of n lists takes n² steps.
class DocumentMaker {
public:
    explicit DocumentMaker(Errors &duplicates) : duplicates_(duplicates) {}

    bool null() { return add(json()) != nullptr; }
    bool boolean(bool value) { return add(json(value)) != nullptr; }
    bool number_integer(json::number_integer_t value) { return add(json(value)) != nullptr; }
    bool number_unsigned(json::number_unsigned_t value) { return add(json(value)) != nullptr; }
    bool number_float(json::number_float_t value, const std::string & /*text*/) {
        return add(json(value)) != nullptr;
    }
    bool string(std::string &value) { return add(json(std::move(value))) != nullptr; }
    bool binary(json::binary_t & /*value*/) { return false; } // JSON text has none

    bool start_object(std::size_t /*unknown*/) { return open(json::object()); }
    bool start_array(std::size_t /*unknown*/) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string &name) {
        if (name.size() > kMostNameBytes) {
            return refuse("a field has a name of more than " + std::to_string(kMostNameBytes) +
                          " bytes");
        }
        Level &object = open_.back();
        const auto [field, is_new] = object.value->get_ref<json::object_t &>().try_emplace(name);
        object.field = &field->first;
        object.place = &field->second;
        if (object.value->size() > kMostFields) {
            return refuse("an object has more than " + std::to_string(kMostFields) + " fields");
        }
        if (!is_new && !duplicates_.full()) {
            duplicates_.add(path(), "given twice");
        }
        return true;
    }

    bool parse_error(std::size_t /*position*/, const std::string & /*last*/,
                     const json::exception &failed) {
        return refuse("not JSON: " + plain_message(failed.what()));
    }

    /// Why there is no document.
    const std::string &problem() const { return problem_; }
    json take() { return std::move(document_); }

private:
    /// An object or list that has begun and not ended.
    struct Level {
        json *value;
        const std::string *field = nullptr; // of an object, the one it is in
        json *place = nullptr;              // likewise, for its value
    };

    bool refuse(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    /// Puts a value where it belongs; null if there are too many.
    json *add(json &&value) {
        if (++values_ > kMostValues) {
            refuse("more than " + std::to_string(kMostValues) + " values");
            return nullptr;
        }
        if (open_.empty()) {
            document_ = std::move(value);
            return &document_;
        }
        const Level &level = open_.back();
        if (level.value->is_object()) {
            *level.place = std::move(value);
            return level.place;
        }
        return &level.value->get_ref<json::array_t &>().emplace_back(std::move(value));
    }

    bool open(json &&value) {
        if (open_.size() == kMostDepth) {
            return refuse("nested deeper than " + std::to_string(kMostDepth) + " levels");
        }
        json *added = add(std::move(value));
        if (added != nullptr) {
            open_.push_back({added});
        }
        return added != nullptr;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::string path() const {
        std::string path;
        for (const Level &level : open_) {
            path = level.value->is_array() ? element_path(path, level.value->size() - 1)
                                           : field_path(path, *level.field);
        }
        return path;
    }

    Errors &duplicates_;
    json document_;
    std::vector<Level> open_;
    std::size_t values_ = 0;
    std::string problem_;
};

} // namespace

std::optional<json> parse_json(std::string_view text, Errors &errors) {
    Errors duplicates;
    DocumentMaker maker(duplicates);
    if (!json::sax_parse(text, &maker)) {
        errors.add("", maker.problem());
        return std::nullopt;
    }
    for (const auto &duplicate : duplicates.all()) {
        errors.add(duplicate.path, duplicate.message);
    }
    return maker.take();
}

} // namespace sipsteer::config

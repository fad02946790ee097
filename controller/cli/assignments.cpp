// SPDX-License-Identifier: Apache-2.0
#include "cli/assignments.hpp"

#include "cli/words.hpp"
#include "config/schema.hpp"
#include "config/suggest.hpp"

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "#/$defs/";

const char *definition_of(Noun noun) {
    return noun == Noun::Service ? "ServiceConfig"
           : noun == Noun::Pool  ? "PoolConfig"
                                 : "ServerConfig";
}

/// Finds fields in the configuration's schema.
class Fields {
public:
    Fields() : definitions_(config::schema_definitions(std::string(kPrefix))) {}

    const json &of(Noun noun) const { return definitions_.at(definition_of(noun)); }

    /// The schema of a field; null if there is none.
    const json *find(const json &schema, const std::string &name) const {
        const auto properties = schema.find("properties");
        if (properties == schema.end() || !properties->contains(name)) {
            return nullptr;
        }
        return &resolved((*properties)[name]);
    }

    void add_choices(std::vector<std::string> &choices, const std::string &before,
                     const json &schema) const {
        for (const auto &name : names(schema)) {
            const json &field = *find(schema, name);
            const std::string path = before + name;
            if (field.contains("properties")) {
                add_choices(choices, path + '.', field);
                continue;
            }
            if (path == "name") {
                continue;
            }
            choices.push_back(path + '=');
            for (const auto &value : field.value("enum", json::array())) {
                choices.push_back(path + '=' + value.get<std::string>());
            }
        }
    }

    static std::vector<std::string> names(const json &schema) {
        std::vector<std::string> names;
        const json properties = schema.value("properties", json::object());
        for (const auto &field : properties.items()) {
            names.push_back(field.key());
        }
        return names;
    }

private:
    const json &resolved(const json &schema) const {
        const auto reference = schema.find("$ref");
        return reference == schema.end()
                   ? schema
                   : definitions_.at(reference->get<std::string>().substr(kPrefix.size()));
    }

    json definitions_;
};

/// A text where the schema wants one; else JSON, or the text for the daemon to judge.
Result<json> read_value(const json &schema, const std::string &text) {
    const auto type = schema.value("type", json());
    if (type == "string") {
        return json(text);
    }
    const auto value = json::parse(text, nullptr, false);
    if (type == "integer" || type == "number") {
        return value.is_number() ? Result<json>(value) : Error{"is not a number"};
    }
    if (type == "boolean") {
        return value.is_boolean() ? Result<json>(value) : Error{"is neither true nor false"};
    }
    if (type == "object" || type == "array") {
        const bool fits = type == "object" ? value.is_object() : value.is_array();
        return fits ? Result<json>(value) : Error{"is not a JSON " + type.get<std::string>()};
    }
    return value.is_discarded() ? json(text) : value;
}

Error unknown_field(const std::string &path, const std::string &name,
                    const std::vector<std::string> &known) {
    std::string hint = config::did_you_mean(name, known);
    if (hint.empty()) {
        for (const auto &field : known) {
            hint += (hint.empty() ? "; write one of " : ", ") + field;
        }
    }
    return Error{"there is no field \"" + printable(path) + '"' + hint};
}

Result<json> read_one(const Fields &fields, Noun noun, const std::string &word) {
    const auto equals = word.find('=');
    if (equals == word.npos || equals == 0) {
        return Error{'"' + printable(word) + "\" is not FIELD=VALUE"};
    }
    const std::string path = word.substr(0, equals);
    const std::string text = word.substr(equals + 1);
    const json *schema = &fields.of(noun);
    json::json_pointer place;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('.', at), path.size());
        const std::string name = path.substr(at, end - at);
        const json *field = fields.find(*schema, name);
        if (field == nullptr) {
            return unknown_field(path, name, Fields::names(*schema));
        }
        place /= name;
        schema = field;
        at = end + 1;
    }
    const auto value = text.empty() ? Result<json>(json()) : read_value(*schema, text);
    if (!value) {
        return Error{path + ": \"" + printable(text) + "\" " + value.error().message};
    }
    json patch;
    patch[place] = *value;
    return patch;
}

} // namespace

std::vector<std::string> field_choices(Noun noun) {
    const Fields fields;
    std::vector<std::string> choices;
    fields.add_choices(choices, {}, fields.of(noun));
    return choices;
}

Result<json> read_assignments(Noun noun, const std::vector<std::string> &words) {
    const Fields fields;
    json patch = json::object();
    for (const auto &word : words) {
        const auto one = read_one(fields, noun, word);
        if (!one) {
            return one.error();
        }
        patch.update(*one, true); // merge_patch() would drop a null
    }
    return patch;
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// The third visitor of a description (fields.hpp, object.hpp): it writes the JSON Schema. A rule
// has
//
//     nlohmann::json schema() const;                          or, if it asks what it is the rule
//     of, nlohmann::json schema(const T &, Definitions &) const;  the default value being of use
//
// and, if it is to be a definition that others refer to, its name: `static constexpr const char
// *definition`.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace sipsteer::config {

/// The definitions of a schema, by name.
class Definitions {
public:
    /// References begin with `prefix`: "#/$defs/".
    explicit Definitions(std::string prefix) : prefix_(std::move(prefix)) {}

    /// A reference to `name`; what it stands for is made by `make` the first time.
    template <typename Make>
    nlohmann::json refer(const std::string &name, const Make &make) {
        if (!all_.contains(name)) {
            all_[name] = nlohmann::json::object(); // a description that goes round would end here
            all_[name] = make();
        }
        return {{"$ref", prefix_ + name}};
    }

    nlohmann::json take() { return std::move(all_); }

private:
    std::string prefix_;
    nlohmann::json all_ = nlohmann::json::object();
};

/// The schema of a rule for a member that is `value` by default.
template <typename Rule, typename T>
nlohmann::json schema_of(const Rule &rule, const T &value, Definitions &definitions) {
    if constexpr (requires { Rule::kDefinition; }) {
        return definitions.refer(Rule::kDefinition, [&] { return rule.schema(); });
    } else if constexpr (requires { rule.schema(value, definitions); }) {
        return rule.schema(value, definitions);
    } else {
        return rule.schema();
    }
}

/// Writes the schema of an object. Its members say what the defaults are.
class SchemaWriter {
public:
    template <typename T>
    using Of = const T;

    explicit SchemaWriter(Definitions &definitions) : definitions_(definitions) {}

    template <typename T, typename Rule>
    void required(const char *name, const T &value, const Rule &rule, const char *text = "") {
        add(name, schema_of(rule, value, definitions_), text);
        required_.push_back(name);
    }

    template <typename T, typename Rule>
    void optional(const char *name, const T &value, const Rule &rule, const char *text = "") {
        auto schema = schema_of(rule, value, definitions_);
        auto standard = rule.write(value);
        if (!standard.is_null() && !standard.is_object()) { // an object's fields say their own
            schema["default"] = std::move(standard);
        }
        add(name, std::move(schema), text);
    }

    nlohmann::json take() {
        nlohmann::json schema = {{"type", "object"},
                                 {"properties", std::move(properties_)},
                                 {"additionalProperties", false}};
        if (!required_.empty()) {
            schema["required"] = std::move(required_);
        }
        return schema;
    }

private:
    /// A field's own text stands before what its rule says.
    void add(const char *name, nlohmann::json schema, const std::string &text) {
        if (!text.empty()) {
            const auto of_rule = schema.value("description", std::string());
            schema["description"] = of_rule.empty() ? text : text + ": " + of_rule;
        }
        properties_[name] = std::move(schema);
    }

    Definitions &definitions_;
    nlohmann::json properties_ = nlohmann::json::object();
    nlohmann::json required_ = nlohmann::json::array();
};

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
//
// The visitors of a description (fields.hpp): one reads an object, one writes it, and one writes
// its JSON Schema (schema_writer.hpp). All have
//
//     required(NAME, MEMBER, RULE)    the field must be there
//     optional(NAME, MEMBER, RULE)    absent: the member keeps its default
//
// with a short text behind, for the schema, where the name does not say enough.
#pragma once

#include "config/cursor.hpp"
#include "config/schema_writer.hpp"
#include "config/suggest.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipsteer::config {

/// Reads an object, whose fields must all be named in the description.
class ObjectReader {
public:
    template <typename T>
    using Of = T;

    explicit ObjectReader(const Cursor &at) : at_(at) {}

    template <typename T, typename Rule>
    void required(const char *name, T &out, const Rule &rule, const char * = "") {
        if (!read(name, out, rule)) {
            at_.fail_field(name, "missing");
        }
    }

    template <typename T, typename Rule>
    void optional(const char *name, T &out, const Rule &rule, const char * = "") {
        (void)read(name, out, rule);
    }

    /// Complains about the fields that the description does not name.
    void refuse_unknown() const {
        for (const auto &item : at_.value().items()) {
            if (at_.errors().full()) {
                return;
            }
            if (std::find(known_.begin(), known_.end(), item.key()) == known_.end()) {
                const std::vector<std::string> names(known_.begin(), known_.end());
                at_.fail_field(item.key(), "unknown field" + did_you_mean(item.key(), names));
            }
        }
    }

private:
    /// Whether the field is there.
    template <typename T, typename Rule>
    bool read(const char *name, T &out, const Rule &rule) {
        known_.emplace_back(name);
        const auto field = at_.value().find(known_.back());
        if (field == at_.value().end()) {
            return false;
        }
        rule.read(at_.field(known_.back(), *field), out);
        return true;
    }

    const Cursor &at_;
    std::vector<std::string_view> known_;
};

/// Writes an object with all its fields, but those that are absent.
class ObjectWriter {
public:
    template <typename T>
    using Of = const T;

    template <typename T, typename Rule>
    void required(const char *name, const T &value, const Rule &rule, const char * = "") {
        auto written = rule.write(value);
        if (!written.is_null()) {
            object_[name] = std::move(written);
        }
    }

    template <typename T, typename Rule>
    void optional(const char *name, const T &value, const Rule &rule, const char * = "") {
        required(name, value, rule);
    }

    nlohmann::json take() { return std::move(object_); }

private:
    nlohmann::json object_ = nlohmann::json::object();
};

/// Lists the names of an object's fields.
class NameLister {
public:
    template <typename T>
    using Of = const T;

    template <typename T, typename Rule>
    void required(const char *name, const T &, const Rule &, const char * = "") {
        names_.emplace_back(name);
    }

    template <typename T, typename Rule>
    void optional(const char *name, const T &, const Rule &, const char * = "") {
        names_.emplace_back(name);
    }

    std::vector<std::string> take() { return std::move(names_); }

private:
    std::vector<std::string> names_;
};

/// In the order of the description.
template <typename T>
std::vector<std::string> field_names() {
    const T standard;
    NameLister lister;
    describe(lister, standard);
    return lister.take();
}

/// The definition that T is in the schema; null: it is written where it stands.
template <typename T>
inline constexpr const char *kDefinition = nullptr;

/// Rule: an object, by the describe() of T.
struct Object {
    template <typename T>
    void read(const Cursor &at, T &out) const {
        if (!at.value().is_object()) {
            at.fail_type("an object");
            return;
        }
        ObjectReader reader(at);
        describe(reader, out);
        reader.refuse_unknown();
    }

    template <typename T>
    nlohmann::json write(const T &value) const {
        ObjectWriter writer;
        describe(writer, value);
        return writer.take();
    }

    template <typename T>
    nlohmann::json schema(const T &value, Definitions &definitions) const {
        const auto make = [&] {
            SchemaWriter writer(definitions);
            describe(writer, value);
            return writer.take();
        };
        if constexpr (kDefinition<T> == nullptr)
            return make();
        else
            return definitions.refer(kDefinition<T>, make);
    }
};

/// Rule: an object of one optional field, which is a plain member of the model.
template <typename Rule>
struct ObjectOfOne {
    const char *name;
    Rule rule;
    const char *text; // for the schema

    template <typename T>
    void read(const Cursor &at, T &out) const {
        if (!at.value().is_object()) {
            at.fail_type("an object");
            return;
        }
        ObjectReader reader(at);
        reader.optional(name, out, rule);
        reader.refuse_unknown();
    }

    template <typename T>
    nlohmann::json write(const T &value) const {
        return {{name, rule.write(value)}};
    }

    template <typename T>
    nlohmann::json schema(const T &value, Definitions &definitions) const {
        SchemaWriter writer(definitions);
        writer.optional(name, value, rule, text);
        return writer.take();
    }
};
template <typename Rule>
ObjectOfOne(const char *, Rule, const char *) -> ObjectOfOne<Rule>;

/// Rule: a list of objects, from `least` to `most` of them.
struct ListOfObjects {
    std::size_t least;
    std::size_t most;

    /// Each element of the list has its place in `out`, even if it cannot be read: the checks
    /// name elements by their place. A list that is too long is not read.
    template <typename T>
    void read(const Cursor &at, std::vector<T> &out) const {
        if (!at.value().is_array()) {
            at.fail_type("a list");
            return;
        }
        const std::size_t count = at.value().size();
        if (count < least) {
            at.fail("at least " + std::to_string(least) + " is needed");
        }
        if (count > most) {
            at.fail(std::to_string(count) + " given; at most " + std::to_string(most) +
                    " are supported");
            return;
        }
        out.assign(count, T{});
        for (std::size_t i = 0; i < count && !at.errors().full(); i++) {
            Object{}.read(at.element(i), out[i]);
        }
    }

    template <typename T>
    nlohmann::json write(const std::vector<T> &values) const {
        auto list = nlohmann::json::array();
        for (const T &value : values) {
            list.push_back(Object{}.write(value));
        }
        return list;
    }

    template <typename T>
    nlohmann::json schema(const std::vector<T> &, Definitions &definitions) const {
        nlohmann::json list = {
            {"type", "array"}, {"items", Object{}.schema(T{}, definitions)}, {"maxItems", most}};
        if (least != 0) {
            list["minItems"] = least;
        }
        return list;
    }
};

} // namespace sipsteer::config

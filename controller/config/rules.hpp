// SPDX-License-Identifier: Apache-2.0
//
// What a field may hold. A rule reads a value from JSON, or complains and leaves the target as it
// was, and writes it back:
//
//     void read(const Cursor &at, T &out) const;
//     nlohmann::json write(const T &value) const;
//
// and says it in JSON Schema (schema_writer.hpp). A rule counts the bytes of a text, the schema its
// characters.
#pragma once

#include "base/address.hpp"
#include "base/mac_address.hpp"
#include "config/choices.hpp"
#include "config/cursor.hpp"
#include "config/schema_writer.hpp"
#include "config/suggest.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::config {

/// A name: 1 to 31 letters, digits, "." "_" "-", a letter or digit first. "pool/server" then fits
/// SS_NAME_SIZE, and a name is a plain segment of a URL.
struct Name {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
    static constexpr const char *kDefinition = "Name";
};

/// A name that must be one of the others: looked up by the checks, so any text will do here.
struct Reference {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    static nlohmann::json schema() { return Name{}.schema(); } // what is no name is nobody's
    static constexpr const char *kDefinition = Name::kDefinition;
};

/// What Linux takes for an interface's name.
struct InterfaceName {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
    static constexpr const char *kDefinition = "InterfaceName";
};

/// An address that one host can have and others can reach.
struct HostAddress {
    void read(const Cursor &at, Address &out) const;
    nlohmann::json write(const Address &value) const { return value.to_string(); }
    nlohmann::json schema() const;
    static constexpr const char *kDefinition = "HostAddress";
};

/// A MAC address that one host can have, "02:00:00:00:00:0b".
struct HostMac {
    void read(const Cursor &at, MacAddress &out) const;
    nlohmann::json write(const MacAddress &value) const { return sipsteer::to_string(value); }
    nlohmann::json schema() const;
    static constexpr const char *kDefinition = "HostMac";
};

/// An absolute path of a file, of at most `most_bytes`.
struct AbsolutePath {
    std::size_t most_bytes = 4095;
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
};

/// Permissions of a file as octal text, "0660".
struct FileMode {
    void read(const Cursor &at, unsigned &out) const;
    nlohmann::json write(unsigned value) const;
    nlohmann::json schema() const;
};

/// true or false.
struct Flag {
    void read(const Cursor &at, bool &out) const;
    nlohmann::json write(bool value) const { return value; }
    static nlohmann::json schema() { return {{"type", "boolean"}}; }
};

/// A whole number from `least` to `most`, which T must be able to hold.
struct Whole {
    std::uint32_t least;
    std::uint32_t most;

    template <typename T>
    void read(const Cursor &at, T &out) const {
        static_assert(std::numeric_limits<T>::is_integer);
        if (const auto number = read_number(at)) {
            out = static_cast<T>(*number);
        }
    }
    nlohmann::json write(std::uint32_t value) const { return value; }
    nlohmann::json schema() const {
        return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
    }

private:
    std::optional<std::uint32_t> read_number(const Cursor &at) const;
};

/// A number from `least` to `most`, whole or not.
struct Fraction {
    double least;
    double most;

    void read(const Cursor &at, double &out) const;
    nlohmann::json write(double value) const { return value; }
    nlohmann::json schema() const {
        return {{"type", "number"}, {"minimum", least}, {"maximum", most}};
    }
};

/// A duration from `least` to `most`, "500ms"; into seconds only whole ones.
struct Duration {
    std::chrono::milliseconds least;
    std::chrono::milliseconds most;

    void read(const Cursor &at, std::chrono::milliseconds &out) const;
    void read(const Cursor &at, std::chrono::seconds &out) const;
    nlohmann::json write(std::chrono::milliseconds value) const;
    nlohmann::json schema(std::chrono::milliseconds, const Definitions &) const;
    nlohmann::json schema(std::chrono::seconds, const Definitions &) const;
};

/// One of the words of Choices<T>.
template <typename T>
struct OneOf {
    template <typename Out>
    void read(const Cursor &at, Out &out) const {
        const std::string *text = at.text();
        if (text == nullptr) {
            return;
        }
        for (const auto &choice : Choices<T>::kAll) {
            if (*text == choice.text) {
                out = choice.value;
                return;
            }
        }
        refuse(at, *text);
    }

    template <typename In>
    nlohmann::json write(const In &value) const {
        return word_of<T>(value);
    }
    nlohmann::json schema() const { return {{"type", "string"}, {"enum", words<T>()}}; }
    static constexpr const char *kDefinition = Choices<T>::kName;

private:
    void refuse(const Cursor &at, const std::string &text) const {
        const auto known = words<T>();
        std::string list;
        for (const std::string &word : known) {
            list += (list.empty() ? "\"" : ", \"") + word + "\"";
        }
        at.fail(shown(text) + " is unknown; supported: " + list + did_you_mean(text, known));
    }
};

/// A field without a default: it may stay absent. Absent is written as null.
template <typename Rule>
struct Maybe {
    Rule rule;

    template <typename T>
    void read(const Cursor &at, std::optional<T> &out) const {
        T value{};
        rule.read(at, value);
        out = std::move(value);
    }

    template <typename T>
    nlohmann::json write(const std::optional<T> &value) const {
        return value ? rule.write(*value) : nlohmann::json();
    }

    template <typename T>
    nlohmann::json schema(const std::optional<T> &, Definitions &definitions) const {
        return schema_of(rule, T{}, definitions);
    }
};
template <typename Rule>
Maybe(Rule) -> Maybe<Rule>;

} // namespace sipsteer::config

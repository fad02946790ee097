// SPDX-License-Identifier: Apache-2.0
//
// What a field may hold. A rule reads a value from JSON, or complains and leaves the target as it
// was, and writes it back:
//
//     void read(const Cursor &at, T &out) const;
//     nlohmann::json write(const T &value) const;
#pragma once

#include "base/address.hpp"
#include "config/cursor.hpp"
#include "config/suggest.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::config {

/// A name: 1 to 31 letters, digits, "." "_" "-", a letter or digit first. "pool/server" then fits
/// SS_NAME_SIZE, and a name is a plain segment of a URL.
struct Name {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
};

/// A name that must be one of the others: looked up by the checks, so any text will do here.
struct Reference {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
};

/// What Linux takes for an interface's name.
struct InterfaceName {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
};

/// An address that one host can have and others can reach.
struct HostAddress {
    void read(const Cursor &at, Address &out) const;
    nlohmann::json write(const Address &value) const { return value.to_string(); }
};

/// An absolute path of a file, of at most `most_bytes`.
struct AbsolutePath {
    std::size_t most_bytes = 4095;
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
};

/// Permissions of a file as octal text, "0660".
struct FileMode {
    void read(const Cursor &at, unsigned &out) const;
    nlohmann::json write(unsigned value) const;
};

/// true or false.
struct Flag {
    void read(const Cursor &at, bool &out) const;
    nlohmann::json write(bool value) const { return value; }
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

private:
    std::optional<std::uint32_t> read_number(const Cursor &at) const;
};

/// A number from `least` to `most`, whole or not.
struct Fraction {
    double least;
    double most;

    void read(const Cursor &at, double &out) const;
    nlohmann::json write(double value) const { return value; }
};

/// A duration from `least` to `most`, "500ms"; into seconds only whole ones.
struct Duration {
    std::chrono::milliseconds least;
    std::chrono::milliseconds most;

    void read(const Cursor &at, std::chrono::milliseconds &out) const;
    void read(const Cursor &at, std::chrono::seconds &out) const;
    nlohmann::json write(std::chrono::milliseconds value) const;
};

/// A word and what it stands for.
template <typename T>
struct Choice {
    const char *text;
    T value;
};

/// One of a few words.
template <typename T>
struct OneOf {
    std::span<const Choice<T>> choices;

    template <std::size_t N>
    explicit OneOf(const Choice<T> (&known)[N]) : choices(known) {}

    template <typename Out>
    void read(const Cursor &at, Out &out) const {
        const std::string *text = at.text();
        if (text == nullptr) {
            return;
        }
        for (const Choice<T> &choice : choices) {
            if (*text == choice.text) {
                out = choice.value;
                return;
            }
        }
        refuse(at, *text);
    }

    template <typename In>
    nlohmann::json write(const In &value) const {
        for (const Choice<T> &choice : choices) {
            if (value == choice.value) {
                return choice.text;
            }
        }
        return nullptr;
    }

private:
    void refuse(const Cursor &at, const std::string &text) const {
        std::vector<std::string> words;
        std::string list;
        for (const Choice<T> &choice : choices) {
            words.emplace_back(choice.text);
            list += (list.empty() ? "\"" : ", \"") + words.back() + "\"";
        }
        at.fail(shown(text) + " is unknown; supported: " + list + did_you_mean(text, words));
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
};
template <typename Rule>
Maybe(Rule) -> Maybe<Rule>;

} // namespace sipsteer::config

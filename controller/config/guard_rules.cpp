// SPDX-License-Identifier: Apache-2.0
#include "config/guard_rules.hpp"

#include "config/choices.hpp"
#include "config/patterns.hpp"
#include "config/rules.hpp"
#include "config/suggest.hpp"

#include <sipsteer/guard.h>

#include <algorithm>
#include <optional>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// Whether the value is a list that is not too long; complains if it is not.
bool is_short_list(const Cursor &at, std::size_t most) {
    if (!at.value().is_array()) {
        at.fail_type("a list");
        return false;
    }
    if (at.value().size() > most) {
        at.fail(std::to_string(at.value().size()) + " given; at most " + std::to_string(most) +
                " are supported");
        return false;
    }
    return true;
}

std::optional<std::uint8_t> method_of(const std::string &word) {
    for (const auto &choice : Choices<RequestMethod>::kAll) {
        if (word == choice.text) {
            return choice.value;
        }
    }
    return std::nullopt;
}

bool is_agent(const std::string &text) {
    return text.size() >= SS_GUARD_LEAST_AGENT_BYTES && text.size() <= SS_GUARD_AGENT_BYTES &&
           text.front() != ' ' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string small_letters(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

json prefix_schema() {
    return {{"type", "string"},
            {"description", "an address, or a prefix: address/bits"},
            {"anyOf",
             json::array(
                 {{{"pattern", "^" + ipv4_pattern() + "(/" + number_pattern(0, 32) + ")?$"}},
                  {{"pattern", "^" + ipv6_pattern() + "(/" + number_pattern(0, 128) + ")?$"}}})}};
}

} // namespace

std::string read_prefix(const std::string &text, Prefix &out) {
    const auto prefix = Prefix::parse(text);
    if (!prefix) {
        return "is not a prefix; write ADDRESS or ADDRESS/BITS";
    }
    if (const auto masked = prefix->masked(); masked != *prefix) {
        return "has bits set behind the prefix; write \"" + masked.to_string() + '"';
    }
    out = *prefix;
    return {};
}

void PrefixList::read(const Cursor &at, std::vector<Prefix> &out) const {
    if (!is_short_list(at, most)) {
        return;
    }
    out.clear();
    for (std::size_t i = 0; i < at.value().size() && !at.errors().full(); i++) {
        const auto element = at.element(i);
        const std::string *text = element.text();
        if (text == nullptr) {
            continue;
        }
        Prefix prefix;
        if (const auto problem = read_prefix(*text, prefix); !problem.empty()) {
            element.fail(shown(*text) + ' ' + problem);
        } else {
            out.push_back(prefix);
        }
    }
}

json PrefixList::write(const std::vector<Prefix> &value) const {
    json list = json::array();
    for (const auto &prefix : value) {
        list.push_back(prefix.to_string());
    }
    return list;
}

json PrefixList::schema(const std::vector<Prefix> &, Definitions &definitions) const {
    return {{"type", "array"},
            {"items", definitions.refer("Prefix", prefix_schema)},
            {"maxItems", most}};
}

void MethodSources::read(const Cursor &at, std::map<std::uint8_t, GuardFrom> &out) const {
    if (!at.value().is_object()) {
        at.fail_type("an object");
        return;
    }
    out.clear();
    for (const auto &item : at.value().items()) {
        if (at.errors().full()) {
            return;
        }
        const std::string &name = item.key();
        const auto method = method_of(name);
        if (!method) {
            at.fail_field(name, "unknown method" + did_you_mean(name, words<RequestMethod>()));
            continue;
        }
        auto from = GuardFrom::All;
        OneOf<GuardFrom>{}.read(at.field(name, item.value()), from);
        out[*method] = from;
    }
}

json MethodSources::write(const std::map<std::uint8_t, GuardFrom> &value) const {
    json object = json::object();
    for (const auto &[method, from] : value) {
        object[word_of<RequestMethod>(method)] = word(from);
    }
    return object;
}

json MethodSources::schema(const std::map<std::uint8_t, GuardFrom> &,
                           Definitions &definitions) const {
    return {{"type", "object"},
            {"propertyNames", schema_of(OneOf<RequestMethod>{}, std::uint8_t{}, definitions)},
            {"additionalProperties", schema_of(OneOf<GuardFrom>{}, GuardFrom{}, definitions)}};
}

void AgentList::read(const Cursor &at, std::vector<std::string> &out) const {
    if (!is_short_list(at, SS_GUARD_AGENTS)) {
        return;
    }
    out.clear();
    for (std::size_t i = 0; i < at.value().size(); i++) {
        const auto element = at.element(i);
        const std::string *text = element.text();
        if (text != nullptr && !is_agent(*text)) {
            element.fail(shown(*text) + " is not the beginning of a User-Agent; write " +
                         std::to_string(SS_GUARD_LEAST_AGENT_BYTES) + " to " +
                         std::to_string(SS_GUARD_AGENT_BYTES) +
                         " printable ASCII characters, the first one no blank");
        } else if (text != nullptr) {
            out.push_back(small_letters(*text));
        }
    }
}

json AgentList::schema() const {
    const std::string pattern = "^[!-~][ -~]{" + std::to_string(SS_GUARD_LEAST_AGENT_BYTES - 1) +
                                ',' + std::to_string(SS_GUARD_AGENT_BYTES - 1) + "}$";
    return {{"type", "array"},
            {"items", {{"type", "string"}, {"pattern", pattern}}},
            {"maxItems", SS_GUARD_AGENTS}};
}

void PathList::read(const Cursor &at, std::vector<std::string> &out) const {
    if (!is_short_list(at, most)) {
        return;
    }
    out.assign(at.value().size(), {});
    for (std::size_t i = 0; i < out.size(); i++) {
        AbsolutePath{}.read(at.element(i), out[i]);
    }
}

json PathList::schema() const {
    return {{"type", "array"}, {"items", AbsolutePath{}.schema()}, {"maxItems", most}};
}

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#include "config/guard_rules.hpp"

#include "config/patterns.hpp"
#include "config/rules.hpp"

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

// SPDX-License-Identifier: Apache-2.0
//
// Bad configurations as rows of a table: a change to a good one, and the errors it makes.
#pragma once

#include "config/parse.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace sipsteer::config::test {

using nlohmann::json;
using Texts = std::vector<std::string>;

/// A good configuration: two pools, three servers, two services.
inline json good() {
    return json::parse(R"({
        "interfaces": [ { "name": "eth0" }, { "name": "eth1", "mode": "native" } ],
        "pools": [
            { "name": "proxies", "servers": [
                { "name": "a", "address": "198.51.100.11" },
                { "name": "b", "address": "198.51.100.12", "port": 5062, "weight": 50 } ] },
            { "name": "registrars", "servers": [ { "name": "a", "address": "2001:db8::11" } ] }
        ],
        "services": [
            { "name": "sip", "address": "198.51.100.100", "pool": "proxies" },
            { "name": "six", "address": "2001:db8::100", "pool": "registrars" }
        ]
    })");
}

inline Texts texts(const Parsed &parsed) {
    Texts texts;
    if (!parsed.ok()) {
        for (const FieldError &error : parsed.errors()) {
            texts.push_back(error.to_string());
        }
    }
    return texts;
}

/// The good configuration with one value set, or taken out, at a JSON pointer.
struct Change {
    const char *pointer;
    const char *value; // JSON; null: take it out
};

inline json changed(json document, const Change &change) {
    const json::json_pointer at(change.pointer);
    if (change.value != nullptr) {
        document[at] = json::parse(change.value);
    } else {
        document.at(at.parent_pointer()).erase(at.back());
    }
    return document;
}

inline Texts errors_of(const Change &change) {
    return texts(parse(changed(good(), change)));
}

/// Each row: the change, and the errors it makes.
struct Row {
    Change change;
    Texts errors;
};

inline void check(const std::vector<Row> &rows) {
    for (const Row &row : rows) {
        INFO(row.change.pointer << " = " << (row.change.value ? row.change.value : "(absent)"));
        CHECK(errors_of(row.change) == row.errors);
    }
}

inline const std::string kDurationForm = R"("500ms", "5s", "30m" or "2h")";
inline const std::string kNameRule =
    R"( is not a name; write 1 to 31 letters, digits, ".", "_" or )"
    R"("-", and begin with a letter or digit)";
inline const std::string kInterfaceRule =
    R"( is not an interface name; write 1 to 15 characters without blanks, "/" and ":")";

} // namespace sipsteer::config::test

// SPDX-License-Identifier: Apache-2.0
#include "api/change_text.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::api;
using nlohmann::json;

TEST_CASE("a change is told field by field, the old value first") {
    const json before = json::parse(R"({"weight": 100, "admin": "enabled", "probe": {"fall": 3}})");
    json after = before;
    CHECK(change_text(before, after).empty());
    after["weight"] = 50;
    after["probe"]["fall"] = 5;
    after["tier"] = 1;
    after.erase("admin");
    CHECK(change_text(before, after) ==
          R"(admin: "enabled" -> none, probe.fall: 3 -> 5, tier: none -> 1, weight: 100 -> 50)");
    CHECK(change_text(json(), after) == "added");
    CHECK(change_text(before, json()) == "removed");
}

TEST_CASE("things of a list are told by their names") {
    const json before = json::parse(R"({"servers": [{"name": "a", "weight": 1},
                                                     {"name": "b", "weight": 2}]})");
    const json after = json::parse(R"({"servers": [{"name": "c", "weight": 1},
                                                    {"name": "b", "weight": 3}]})");
    CHECK(change_text(before, after) ==
          "servers.a: removed, servers.b.weight: 2 -> 3, servers.c: added");
    CHECK(change_text(json{{"codes", {1, 2}}}, json{{"codes", {1, 3}}}) == "codes: ... -> ...");
}

TEST_CASE("a change without end is told by its beginning") {
    json before = json::object();
    json after = json::object();
    for (int i = 10; i < 60; i++) {
        before["f" + std::to_string(i)] = 0;
        after["f" + std::to_string(i)] = std::string(10'000, 'x');
    }
    const std::string text = change_text(before, after);
    CHECK(text.starts_with("f10: 0 -> \"xxx"));
    CHECK(text.ends_with(", and more"));
    CHECK(text.size() < 3'000);
}

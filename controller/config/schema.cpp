// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include "config/conditions.hpp"
#include "config/fields.hpp"

namespace sipsteer::config {

using nlohmann::json;

namespace {

constexpr const char *kDefinitions = "#/$defs/";
constexpr const char *kWhole = "Config";

void mark_restarts(json &properties) {
    for (const std::string &name : field_names<StartupConfig>()) {
        json &field = properties.at(name);
        field["x-restart-needed"] = true;
        const auto text = field.value("description", std::string());
        field["description"] = text + (text.empty() ? "" : ". ") + "Changes at a restart only";
    }
}

} // namespace

json schema_definitions(const std::string &prefix) {
    Definitions definitions(prefix);
    json whole = Object{}.schema(Config{}, definitions);
    mark_restarts(whole.at("properties"));
    whole["description"] = "The configuration of sipsteerd: sipsteer.conf(5)";
    json all = definitions.take();
    add_conditions(all);
    all[kWhole] = std::move(whole);
    return all;
}

json schema() {
    return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
            {"title", "sipsteer.conf"},
            {"$ref", std::string(kDefinitions) + kWhole},
            {"$defs", schema_definitions(kDefinitions)}};
}

} // namespace sipsteer::config

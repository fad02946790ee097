// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"

#include "config/schema.hpp"

#include <sipsteer/call.h>
#include <sipsteer/method.h>
#include <sipsteer/reason.h>

namespace sipsteer::api {

namespace {

using nlohmann::json;

/// Where in the template the other schemas go, in a line of its own.
constexpr std::string_view kPlace = "            \"x-given-by-the-program\": {},\n";
constexpr int kIndent = 4;

json one_of(json words) {
    return {{"type", "string"}, {"enum", std::move(words)}};
}

/// The labels of the data plane's lists.
void add_labels(json &schemas) {
#define SIPSTEER_LABEL(number, constant, label) label,
#define SIPSTEER_REASON(number, constant, label, text) label,
    json states = {SS_CALL_STATE_LIST(SIPSTEER_LABEL)};
    states.erase(SS_CALL_EMPTY); // no call is in it
    schemas["CallState"] = one_of(std::move(states));
    schemas["Verdict"] = one_of({SS_VERDICT_LIST(SIPSTEER_LABEL)});
    schemas["ReasonLabel"] = one_of({SS_REASONS(SIPSTEER_REASON)});
    schemas["MethodLabel"] = one_of({SS_METHOD_LIST(SIPSTEER_LABEL)});
#undef SIPSTEER_LABEL
#undef SIPSTEER_REASON
}

/// Answers have the fields of the configuration and others beside them.
void add_open_ones(json &schemas) {
    for (const std::string kind : {"Server", "Pool", "Service"}) {
        json fields = schemas.at(kind + "Config");
        fields.erase("additionalProperties");
        schemas[kind + "Fields"] = std::move(fields);
    }
}

/// As the template has it: each schema from a line of its own, a comma behind it.
std::string as_text(const json &schemas) {
    const std::string all = json{{"components", {{"schemas", schemas}}}}.dump(kIndent);
    const auto begin = all.find("            \"");
    const auto end = all.rfind("\n        }");
    return all.substr(begin, end - begin) + ",\n";
}

} // namespace

std::string openapi_document() {
    json schemas = config::schema_definitions("#/components/schemas/");
    add_open_ones(schemas);
    add_labels(schemas);
    std::string document(openapi_template());
    return document.replace(document.find(kPlace), kPlace.size(), as_text(schemas));
}

} // namespace sipsteer::api

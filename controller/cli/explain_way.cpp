// SPDX-License-Identifier: Apache-2.0
#include "cli/explain_way.hpp"

#include "config/choices.hpp"
#include "config/model.hpp"

#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// By what a pool knows a call with this datagram: its own "by", where the datagram has that.
std::string key_of(const json &description, const std::string &by) {
    if (description["call_id"].is_null()) {
        return "source";
    }
    const std::string call_id = config::word(config::Key::CallId);
    const std::string user = config::word(config::Key::AddressOfRecord);
    if (by == user || by == config::word(config::Key::RequestUri)) {
        // The user counts for registrations, and for where a new call goes.
        const bool registers = description["class"] == "REGISTER";
        return registers && !description["to_user"].is_null() ? user : call_id;
    }
    return description["via_sent_by"].is_null() ? call_id : by;
}

/// The key that the daemon goes by, if its answer has one: as in its events, traces and calls.
void take_key(json &description) {
    const json::json_pointer place("/pool/key");
    const json &way = description["way"];
    if (!way.is_object() || !way.contains(place)) {
        return;
    }
    const json &key = way.at(place);
    if (key.is_object() && key.value("hash", json()).is_string()) {
        description["key_of"] = key_of(description, key.value("by", ""));
        description["key"] = key["hash"];
        description["key_secret"] = "daemon";
    }
}

} // namespace

int add_way(const Context &context, const ExplainOptions &options, json &description,
            const Sent &sent) {
    if (options.offline) {
        return kExitOk;
    }
    auto answer =
        ask(context,
            {"POST", "/v1/explain" + query({{"service", sent.service}, {"source", sent.source}}),
             std::string(sent.payload), "application/octet-stream"});
    description["way"] = std::move(answer.body);
    take_key(description);
    return answer.exit_code;
}

Result<KnownSecret> secret_of(const ExplainOptions &options) {
    if (options.secret.empty()) {
        return find_secret(config::Config{}.state_dir);
    }
    auto secret = read_secret(options.secret);
    return secret ? secret : Error{"--secret: " + secret.error().message};
}

} // namespace sipsteer::cli

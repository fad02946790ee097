// SPDX-License-Identifier: Apache-2.0
#include "config/conditions.hpp"

#include "config/choices.hpp"

#include <string>

namespace sipsteer::config {

using nlohmann::json;

namespace {

/// One of the words of `values`, which are of one type.
template <typename... T>
json one_of(T... values) {
    return {{"enum", json::array({word(values)...})}};
}

/// Where `field` is there and as `value` says, the object is as `then` says.
json where(const char *field, json value, json then) {
    return {{"if", {{"properties", {{field, std::move(value)}}}, {"required", {field}}}},
            {"then", std::move(then)}};
}

json with_properties(json properties) {
    return {{"properties", std::move(properties)}};
}

/// What a pool without a call table cannot do: it counts no calls, and knows none.
json stateless_pool() {
    const json server = with_properties({{"max_calls", {{"const", 0}}},
                                         {"max_new_calls_per_second", {{"const", 0}}},
                                         {"admin", one_of(Admin::Enabled, Admin::Disabled)}});
    return with_properties({{"scheduler", one_of(Scheduler::Hash, Scheduler::Source)},
                            {"key", one_of(Key::CallId, Key::CallIdAndVia)},
                            {"servers", {{"items", server}}}});
}

json pool_conditions() {
    const json by_key =
        with_properties({{"scheduler", one_of(Scheduler::Hash, Scheduler::LeastCalls)}});
    const json by_address =
        with_properties({{"probe", with_properties({{"path", one_of(ProbePath::Direct)}})}});
    return json::array({where("mode", one_of(PoolMode::Stateless), stateless_pool()),
                        where("forward", one_of(Forward::Dscp), by_address),
                        where("key", one_of(Key::AddressOfRecord, Key::RequestUri), by_key)});
}

json probe_conditions() {
    return json::array({where("type", one_of(ProbeType::Tcp, ProbeType::TcpOptions),
                              with_properties({{"path", one_of(ProbePath::Direct)}}))});
}

/// Off loopback there is TLS, or plain text is meant.
json listen_conditions() {
    const std::string loopback = "^(?:127\\.|\\[[0:]*:(?:0{0,3}1|0\\.0\\.0\\.1)\\]:)";
    const json at_loopback = with_properties({{"address", {{"pattern", loopback}}}});
    json plain =
        where("insecure", {{"const", true}}, {{"not", {{"required", json::array({"tls"})}}}});
    plain["else"] = {{"anyOf", json::array({{{"required", json::array({"tls"})}}, at_loopback})}};
    return json::array({std::move(plain)});
}

json api_conditions() {
    return json::array(
        {where("listen", {{"minItems", 1}}, {{"required", json::array({"tokens_file"})}})});
}

json redis_conditions() {
    return json::array({{{"dependentRequired", {{"user", json::array({"password_file"})}}}}});
}

} // namespace

void add_conditions(json &definitions) {
    definitions.at("PoolConfig")["allOf"] = pool_conditions();
    definitions.at("Probe")["allOf"] = probe_conditions();
    definitions.at("Listen")["allOf"] = listen_conditions();
    definitions.at("Api")["allOf"] = api_conditions();
    definitions.at("Redis")["allOf"] = redis_conditions();
}

} // namespace sipsteer::config

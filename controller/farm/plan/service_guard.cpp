// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/service_guard.hpp"

#include "config/choices.hpp"

#include <sipsteer/method.h>

#include <algorithm>
#include <cstring>

namespace sipsteer::plan {

namespace {

bool is_of_stealth(std::uint8_t method) {
    return method == SS_METHOD_INVITE || method == SS_METHOD_OPTIONS ||
           method == SS_METHOD_REGISTER;
}

/// `small` is a small letter, or none.
bool is_same_letter(char small, char any) {
    return small == (any >= 'A' && any <= 'Z' ? static_cast<char>(any - 'A' + 'a') : any);
}

} // namespace

config::GuardFrom method_from(const config::ServiceGuard &guard, std::uint8_t method) {
    const auto own = guard.methods.find(method);
    if (own != guard.methods.end()) {
        return own->second;
    }
    return guard.stealth && is_of_stealth(method) ? config::GuardFrom::Known
                                                  : config::GuardFrom::All;
}

const char *method_from(const ss_guard_limits &value, std::uint8_t method) {
    if (method >= SS_METHOD_RESPONSE_1XX) {
        return "";
    }
    if ((value.from_trusted >> method & 1) != 0) {
        return config::word(config::GuardFrom::Trusted);
    }
    return (value.from_known >> method & 1) != 0 ? config::word(config::GuardFrom::Known) : "";
}

std::optional<std::string> scanner_of(const ss_guard_limits &value, const std::string &user_agent) {
    for (const auto &agent : value.agent) {
        std::string name(sizeof(agent.text), '\0');
        std::memcpy(name.data(), agent.text, sizeof(agent.text));
        name.resize(name.find_last_not_of('\0') + 1);
        if (!name.empty() && user_agent.size() >= name.size() &&
            std::equal(name.begin(), name.end(), user_agent.begin(), is_same_letter)) {
            return name;
        }
    }
    return std::nullopt;
}

void add_service_guard(const config::ServiceGuard &guard, ss_guard_limits &value) {
    unsigned known = 0;
    unsigned trusted = 0;
    for (std::uint8_t method = SS_METHOD_OTHER; method < SS_METHOD_RESPONSE_1XX; method++) {
        const auto from = method_from(guard, method);
        known |= (from == config::GuardFrom::Known ? 1U : 0U) << method;
        trusted |= (from == config::GuardFrom::Trusted ? 1U : 0U) << method;
    }
    value.from_known = static_cast<__u16>(known);
    value.from_trusted = static_cast<__u16>(trusted);
    value.agents = static_cast<__u8>(guard.user_agents.size());
    for (std::size_t i = 0; i < guard.user_agents.size(); i++) {
        const auto &name = guard.user_agents[i];
        std::memcpy(value.agent[i].text, name.data(), name.size());
        std::memset(value.agent[i].mask, 0xff, name.size());
    }
    value.malformed = guard.malformed_limit.per_minute != 0 ? 1 : 0;
    if ((known | trusted) != 0 || value.agents != 0 || value.malformed != 0) {
        value.in_use = 1;
    }
    value.observe_strangers = guard.observe ? 1 : 0;
}

} // namespace sipsteer::plan

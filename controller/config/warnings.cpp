// SPDX-License-Identifier: Apache-2.0
#include "config/warnings.hpp"

#include "config/choices.hpp"
#include "config/cursor.hpp"

#include <algorithm>

namespace sipsteer::config {

namespace {

/// INVITE, and what follows it with the same Call-ID in every call (RFC 3261, 3262, 3311).
constexpr std::uint8_t kOfACall[] = {SS_METHOD_ACK, SS_METHOD_BYE, SS_METHOD_CANCEL,
                                     SS_METHOD_PRACK, SS_METHOD_UPDATE};

const std::string &pool_of(const Service &service, std::uint8_t method) {
    const auto found =
        std::find_if(service.method_pools.begin(), service.method_pools.end(),
                     [&](const MethodPool &entry) { return entry.method == method; });
    return found == service.method_pools.end() ? service.pool : found->pool;
}

} // namespace

std::vector<FieldError> warnings_about(const Config &config) {
    std::vector<FieldError> warnings;
    for (std::size_t i = 0; i < config.services.size(); i++) {
        const Service &service = config.services[i];
        const auto &invites = pool_of(service, SS_METHOD_INVITE);
        std::string others;
        for (const auto method : kOfACall) {
            if (pool_of(service, method) != invites) {
                others += std::string(others.empty() ? "" : ", ") + word_of<RequestMethod>(method);
            }
        }
        if (!others.empty()) {
            warnings.push_back({field_path(element_path("services", i), "method_pools"),
                                "INVITE goes to pool \"" + invites +
                                    "\", but other methods of a call do not: " + others +
                                    "; the messages of one call reach two servers"});
        }
    }
    return warnings;
}

} // namespace sipsteer::config

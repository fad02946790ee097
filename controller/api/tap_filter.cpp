// SPDX-License-Identifier: Apache-2.0
#include "api/tap_filter.hpp"

#include "kernel/dataplane/counters.hpp"

namespace sipsteer::api {

namespace {

using http::Problem;

/// 400, on one of the query's parameters.
Problem bad(const std::string &name, const std::string &value, const std::string &what) {
    return {400, name + ": \"" + value + "\" " + what, name, {}};
}

} // namespace

std::variant<rings::Filter, Problem> read_filter(const api::TapQuery &query, const farm::Farm &farm,
                                                 const calls::Secret &secret) {
    rings::Filter filter;
    filter.share = query.share.value_or(1);
    if (query.call_id) {
        const auto message = sip::message_of(*query.call_id);
        if (!message) {
            return bad("call_id", *query.call_id, "is not a Call-ID");
        }
        filter.call_id = message->call_id; // as much of it as is looked at
        filter.call_key = calls::make_key(secret, *message, ss_pool{}).table;
    }
    if (query.server) {
        filter.server = farm.server_index(*query.server);
        if (!filter.server) {
            return bad("server", *query.server, "is not a known server; write POOL/SERVER");
        }
    }
    if (query.source) {
        filter.source = Prefix::parse(*query.source);
        if (!filter.source) {
            return bad("source", *query.source, "is not an address or PREFIX/LENGTH");
        }
    }
    return filter;
}

std::optional<std::uint8_t> reason_of(const std::string &label) {
    for (std::uint8_t reason = 0; reason < SS_REASON_COUNT; ++reason) {
        if (dataplane::reason_label(reason) == label) {
            return reason;
        }
    }
    return std::nullopt;
}

} // namespace sipsteer::api

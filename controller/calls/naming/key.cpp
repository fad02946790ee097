// SPDX-License-Identifier: Apache-2.0
#include "calls/naming/key.hpp"

#include "config/choices.hpp"
#include "sip/finder.h"

#include <cstring>

namespace sipsteer::calls {

namespace {

/// A hash of bpf/ over a whole text.
using Hash = std::uint64_t(const std::uint64_t *, finder_text, finder_span);

std::uint64_t hash_text(const Secret &secret, std::string_view text, Hash hash = finder_hash) {
    const finder_text bytes{reinterpret_cast<const std::uint8_t *>(text.data()), text.size(),
                            text.size()};
    return hash(secret.data(), bytes, {0, text.size()});
}

std::uint64_t hash_address(const Secret &secret, const Address &address) {
    std::uint64_t words[2];
    static_assert(sizeof(words) == 16);
    std::memcpy(words, address.bytes().data(), sizeof(words));
    return finder_hash_words(secret.data(), words[0], words[1]);
}

/// ss_combine() of bpf/message/extend.h.
std::uint64_t combine(const Secret &secret, std::uint64_t hash, std::uint64_t other,
                      std::uint32_t use) {
    return finder_hash_words(secret.data(), hash, other + use);
}

/// ss_user_at() of bpf/message/extend.h.
const std::optional<std::string> &user_of(const sip::Message &message, const ss_pool &pool) {
    const bool by_request = pool.key == SS_KEY_REQUEST_URI &&
                            message.method != SS_METHOD_REGISTER &&
                            message.kind != sip::Kind::Response;
    return by_request ? message.request_user : message.to_user;
}

void extend_by_user(const Secret &secret, const sip::Message &message, const ss_pool &pool,
                    Key &key) {
    if (const auto &user = user_of(message, pool)) {
        key.ring = combine(secret, hash_text(secret, *user, finder_hash_user), 0,
                           SS_KEY_ADDRESS_OF_RECORD);
        (message.method == SS_METHOD_REGISTER ? key.table : key.user) = key.ring;
    } else if (!message.whole) {
        key.ring.reset();
        key.missing.emplace_back("to_user");
    }
}

void extend_by_via(const Secret &secret, const sip::Message &message, const ss_pool &pool,
                   std::optional<std::uint64_t> source, Key &key) {
    if (message.sent_by) {
        const auto call = *key.table;
        key.table = combine(secret, call, hash_text(secret, *message.sent_by, finder_hash_sent_by),
                            SS_KEY_CALL_ID_AND_VIA);
        key.ring = key.table;
        if (pool.mode == SS_POOL_STATEFUL && message.kind != sip::Kind::Response) {
            key.ring.reset();
            if (source) {
                key.ring = combine(secret, call + *source, 0, SS_KEY_CALL_ID_AND_VIA);
            }
        }
    } else if (!message.whole) {
        key.table.reset();
        key.ring.reset();
        key.missing.emplace_back("via");
    }
}

unsigned event_of(const sip::Message &message) {
    if (message.ends_call) {
        return FINDER_ENDED;
    }
    return message.in_dialog ? finder_event_in_dialog(message.method)
                             : finder_event_of(message.method);
}

} // namespace

Key make_key(const Secret &secret, const sip::Message &message, const ss_pool &pool) {
    const auto source =
        message.source ? std::optional(hash_address(secret, *message.source)) : std::nullopt;
    Key key;
    if (message.call_id.empty()) {
        key.event = FINDER_SOURCE;
        key.table = source;
        key.ring = source;
    } else {
        key.event = event_of(message);
        if (message.named && (key.event == FINDER_START || key.event == FINDER_OTHER) &&
            message.method != SS_METHOD_REGISTER) {
            key.named = hash_text(secret, *message.named);
        }
        key.table = hash_text(secret, message.call_id);
        key.ring = key.table;
        if (ss_key_is_of_user(pool.key) != 0) {
            extend_by_user(secret, message, pool, key);
        }
        if (pool.key == SS_KEY_CALL_ID_AND_VIA) {
            extend_by_via(secret, message, pool, source, key);
        }
        if (pool.scheduler == SS_SCHEDULER_SOURCE) {
            key.ring = source;
        }
    }
    const bool by_source = message.call_id.empty() || pool.scheduler == SS_SCHEDULER_SOURCE ||
                           (pool.key == SS_KEY_CALL_ID_AND_VIA && message.sent_by && !key.ring);
    if (by_source && !source) {
        key.missing.emplace_back("source");
    }
    return key;
}

std::string_view key_name(const ss_pool &pool) {
    return config::word(static_cast<config::Key>(pool.key));
}

} // namespace sipsteer::calls

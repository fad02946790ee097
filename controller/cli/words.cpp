// SPDX-License-Identifier: Apache-2.0
#include "cli/words.hpp"

#include "base/plain_text.hpp"
#include "cli/fields.hpp"
#include "config/choices.hpp"
#include "config/model.hpp"

#include <cstdio>
#include <ctime>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

void add_line(std::string &text, const std::string &name, const std::string &value) {
    text += name + ": ";
    text.append(name.size() < 10 ? 10 - name.size() : 0, ' ');
    text += value + '\n';
}

bool is_sip(const json &datagram) {
    return datagram["kind"] == "request" || datagram["kind"] == "response";
}

std::string message_words(const json &datagram) {
    if (!is_sip(datagram)) {
        return text_of(datagram, "kind");
    }
    const std::string method = text_of(datagram, "method");
    return datagram["kind"] == "request"
               ? "request " + method
               : "response " + text_of(datagram, "class") + " to " + method;
}

/// Whose secret a key is under, if not the daemon's answer has it.
std::string secret_words(const json &datagram) {
    const auto &secret = datagram["key_secret"];
    if (secret == "daemon") {
        return {};
    }
    return secret == "file"        ? "with the given secret"
           : secret == "state_dir" ? "with the secret in " + config::Config{}.state_dir
                                   : "with a secret of zeros, which no daemon uses";
}

std::string key_of_words(const json &datagram) {
    const auto &of = datagram["key_of"];
    if (of == "source") {
        return "client's address";
    }
    return of == config::word(config::Key::AddressOfRecord) ? "user in To"
           : of == config::word(config::Key::CallIdAndVia)  ? "Call-ID and the topmost Via"
                                                            : "Call-ID";
}

std::string key_words(const json &datagram) {
    if (datagram["key"].is_null()) {
        return "unknown: it needs the client's address";
    }
    const std::string secret = secret_words(datagram);
    return text_of(datagram, "key") + ", from the " + key_of_words(datagram) +
           (secret.empty() ? "" : ", " + secret) +
           (datagram["key_secret"] == "zero" ? " (no --secret given, none readable)" : "");
}

std::string candidates_words(const json &candidates) {
    std::string text;
    for (const auto &candidate : candidates) {
        text += (text.empty() ? "" : ", ") + text_of(candidate, "server") + " (" +
                text_of(candidate, "live_calls") + " live calls" +
                (candidate.value("full", false) ? ", full)" : ")");
    }
    return text.empty() ? "none" : text;
}

void add_call(std::string &text, const json &call) {
    add_line(text, "  call",
             text_of(call, "state") + " at " + text_of(call, "server") + ", began " +
                 text_of(call, "age_seconds") + " s ago, idle " + text_of(call, "idle_seconds") +
                 " s, kept " + text_of(call, "lifetime_left_seconds") + " s more");
}

/// "denied by 203.0.113.0/24 of the list \"ban\", for all services"; empty if no list has the
/// client.
std::string guard_words_of(const json &answer) {
    const auto guard = answer.find("guard");
    if (guard == answer.end() || !guard->is_object()) {
        return {};
    }
    const auto action = text_of(*guard, "action");
    const auto service = text_of(*guard, "service");
    const std::string verb = action == "deny"      ? "denied"
                             : action == "observe" ? "observed"
                             : action == "trust"   ? "trusted"
                             : action == "own"     ? "dropped: this host's own, or a broadcast"
                                                   : "allowed";
    return verb + " by " + text_of(*guard, "prefix") + " of the list \"" + text_of(*guard, "list") +
           "\", for " + (service == "-" ? "all services" : "service " + service);
}

/// "taken from known sources; this one is a stranger: refused"; empty if it is taken from all.
std::string method_words(const json &answer) {
    const auto rule = answer.find("taken_from");
    if (rule == answer.end() || !rule->is_object()) {
        return {};
    }
    const json &refused = rule->at("refused");
    const std::string from = text_of(*rule, "from");
    std::string text = "taken from " + (from == "known" ? "known and trusted" : from) + " sources";
    if (!rule->at("source").is_null()) {
        text += "; this one is " + std::string(rule->at("source") == "stranger" ? "a " : "") +
                text_of(*rule, "source");
    }
    if (refused.is_null()) {
        return text + "; --source says whose it is";
    }
    if (refused == false) {
        return text + ": taken";
    }
    return text + (rule->value("observe", false) ? ": counted, and taken" : ": refused");
}

std::string pool_words(const json &answer) {
    std::string text = "pool " + text_of(answer, "pool") + ": " + text_of(answer, "reason") + '\n';
    const auto call = answer.find("call");
    if (call != answer.end() && call->is_object()) {
        add_call(text, *call);
    }
    const auto if_new = answer.find("if_new");
    if (if_new != answer.end() && if_new->is_object()) {
        add_line(
            text, "  if new",
            "to " + text_of(*if_new, "server") + ", ring slot " + text_of(*if_new, "ring_slot") +
                "; candidates: " + candidates_words(if_new->value("candidates", json::array())));
    }
    return text;
}

} // namespace

std::string utc_time(std::int64_t unix_seconds) {
    const std::time_t time = unix_seconds;
    std::tm parts{};
    char text[32] = {};
    if (::gmtime_r(&time, &parts) != nullptr) {
        std::strftime(text, sizeof(text), "%FT%TZ", &parts);
    }
    return text;
}

std::string printable(const std::string &text) {
    return plain_text(text);
}

std::string with_port(const Address &address, std::uint16_t port) {
    if (port == 0) {
        return address.to_string();
    }
    const std::string text = address.to_string();
    return (address.is_ipv4() ? text : '[' + text + ']') + ':' + std::to_string(port);
}

std::string in_words(const json &datagram) {
    std::string text;
    add_line(text, "Datagram",
             message_words(datagram) + ", " + text_of(datagram, "bytes") + " bytes");
    if (!datagram["reason"].is_null()) {
        add_line(text, "Call-ID", "none: " + text_of(datagram, "reason"));
    } else {
        add_line(text, "Call-ID",
                 text_of(datagram, "call_id") + ", at byte " +
                     text_of(datagram["offsets"], "call_id"));
    }
    add_line(text, "Key", key_words(datagram));
    const auto state = text_of(datagram, "state");
    add_line(text, "Table",
             "event \"" + text_of(datagram, "event") +
                 (state == "empty" ? "\"; it makes no entry"
                                   : "\"; a new entry would be " + state + " (" +
                                         text_of(datagram, "rfc") + ")"));
    return text;
}

std::string in_one_line(const json &datagram) {
    std::string text = "frame " + text_of(datagram, "frame") + "  " + text_of(datagram, "source") +
                       " > " + text_of(datagram, "destination") + "  ";
    if (datagram["kind"] == "fragment") {
        return text + "later fragment of datagram " + text_of(datagram, "fragment_id") +
               ", from byte " + text_of(datagram, "fragment_offset");
    }
    text += message_words(datagram);
    text += datagram["reason"].is_null() ? "  Call-ID " + text_of(datagram, "call_id")
                                         : "  " + text_of(datagram, "reason");
    text += "  key " + text_of(datagram, "key");
    if (const auto secret = secret_words(datagram); !datagram["key"].is_null() && !secret.empty()) {
        text += " (" + secret + ')';
    }
    if (datagram["part"] == "first_fragment") {
        text += "  first fragment of datagram " + text_of(datagram, "fragment_id");
    }
    if (datagram.value("cut", false)) {
        text += "  cut off by the capture";
    }
    return text;
}

std::string way_in_words(const json &answer) {
    const auto pools = answer.find("pools");
    if (pools == answer.end()) {
        const json pool = answer.value("pool", json());
        std::string text;
        if (const auto guard = guard_words_of(answer); !guard.empty()) {
            add_line(text, "Guard", guard);
        }
        if (const auto method = method_words(answer); !method.empty()) {
            add_line(text, "Method", method);
        }
        if (const auto scanner = answer.find("scanner");
            scanner != answer.end() && scanner->is_string()) {
            add_line(text, "Scanner",
                     "its User-Agent begins with \"" + text_of(answer, "scanner") + '"');
        }
        return text +
               (pool.is_object() ? pool_words(pool) : "the pool of the service is not in force\n");
    }
    std::string text;
    for (const auto &pool : *pools) {
        text += pool_words(pool);
    }
    return text.empty() ? "no pool has a call table\n" : text;
}

} // namespace sipsteer::cli

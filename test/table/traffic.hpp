// SPDX-License-Identifier: Apache-2.0
//
// The messages of a trial (trial.hpp): how often clients send which, and their text.
#pragma once

#include "model.hpp"
#include "sip_messages.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace sipsteer::test {

inline constexpr std::array<const char *, kMessages> kMethods = {
    "INVITE", "INVITE", "ACK",      "ACK",     "CANCEL", "PRACK",
    "INFO",   "BYE",    "REGISTER", "OPTIONS", "",       ""};

/// What clients send, as often as it is listed.
inline constexpr std::array<Message, 36> kTraffic = {
    Message::invite,  Message::invite,   Message::invite,       Message::invite,
    Message::invite,  Message::invite,   Message::invite,       Message::invite,
    Message::ack,     Message::ack,      Message::ack,          Message::ack,
    Message::ack,     Message::ack,      Message::ack,          Message::ack,
    Message::ack,     Message::ack,      Message::ack,          Message::ack,
    Message::refused, Message::refused,  Message::refused,      Message::refused,
    Message::cancel,  Message::cancel,   Message::info,         Message::info,
    Message::prack,   Message::bye,      Message::reinvite,     Message::reinvite,
    Message::options, Message::response, Message::registration, Message::keepalive,
};

/// Attempts of a call's present life that messages are still sent of, copies among them.
inline constexpr std::size_t kBranches = 6;

/// Which dialogs of a call messages are of: an INVITE that was forked may have two answers.
inline constexpr std::array<int, 5> kDialogs = {1, 1, 1, 2, 2};

inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

/// The attempt with a branch: by what of it is hashed (bpf/text/attempt.h).
inline std::uint32_t attempt_hash(int branch) {
    const auto hash = [](const std::string &text) {
        return static_cast<std::uint32_t>(call_hash(text)) | 1;
    };
    const std::uint32_t from = hash("calling");
    const std::uint32_t all = hash("sip:bob@example.com SIP/2.0") ^
                              hash("z9hG4bK-" + std::to_string(branch)) * 3 ^ from * 5 ^
                              0x9e3779b1U;
    return (all & ~0xffU) | 0x100 | from >> 24;
}

/// A request, of the attempt with this branch if it is one of an attempt, and of this dialog if it
/// is of one. Either side of a dialog may have sent it.
inline std::string request_of(Sent sent, const std::string &id, bool called) {
    std::string text = request(kMethods[static_cast<std::size_t>(sent.message)], id);
    if (sent.message == Message::reinvite) {
        text.insert(text.find("\r\nFrom:"), ";tag=a6c85cf");
    }
    const bool tried = sent.message == Message::invite || sent.message == Message::refused ||
                       sent.message == Message::cancel;
    const auto branch = text.find("z9hG4bK");
    if (tried) {
        text.replace(branch, text.find('\r', branch) - branch,
                     "z9hG4bK-" + std::to_string(sent.branch));
    }
    const std::string one = "tag=called" + std::to_string(sent.dialog);
    const std::string other = "tag=calling";
    const bool by_called = called && !tried;
    return replaced(replaced(text, "tag=a6c85cf", by_called ? other : one), "tag=1928301774",
                    by_called ? one : other);
}

} // namespace sipsteer::test

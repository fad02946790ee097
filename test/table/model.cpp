// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include <sipsteer/ring.h>

namespace sipsteer::test {

namespace {

/// The state of a call whose first message this is; nothing if that makes none.
std::optional<State> first_state(Message message) {
    switch (message) {
    case Message::invite:
        return State::early;
    case Message::ack:
    case Message::refused:
    case Message::bye:
    case Message::cancel:
        return std::nullopt;
    case Message::keepalive:
        return State::source;
    default:
        return State::other;
    }
}

/// Of a dialog, which the table should know.
bool is_of_dialog(Message message) {
    return !first_state(message) || message == Message::reinvite || message == Message::info ||
           message == Message::prack;
}

/// An INVITE: a copy of one that came before changes nothing.
void invite(ModelCall &call, int branch) {
    if (call.state == State::confirmed || call.attempts.count(branch) == 1) {
        return;
    }
    if (call.by_bye || call.state == State::other) {
        call.attempts.clear();
        call.open = 0;
        call.early_used = false;
    }
    call.by_bye = false;
    call.cancelled = false;
    call.dialog.reset();
    call.attempts[branch] = true;
    call.last = branch;
    call.open++;
    call.state = State::early;
}

/// A CANCEL, or the ACK of a failure: the call is over when no attempt is open.
void end_attempt(ModelCall &call, int branch) {
    if (call.attempts[branch] && call.open > 0) {
        call.open--;
    }
    call.attempts[branch] = false;
    if (call.state == State::early && call.open == 0) {
        call.state = State::closing;
    }
}

/// An answered call, or one that goes on in another dialog than that which a BYE has ended.
void confirm(ModelCall &call, int dialog) {
    const bool goes_on = !call.by_bye || (call.dialog && *call.dialog != dialog);
    if (call.state == State::early || (call.state == State::closing && goes_on)) {
        call.state = State::confirmed;
        call.by_bye = false;
        call.other_bye = false;
        call.cancelled = false;
        call.early_used = false;
        call.dialog = dialog;
    }
}

/// Ends the call, unless it goes on in another dialog.
void bye(ModelCall &call, int dialog) {
    const bool another = call.dialog && *call.dialog != dialog;
    if (call.state == State::confirmed && another) {
        call.other_bye = true;
        return;
    }
    const bool both = call.by_bye ? another : call.state == State::confirmed && call.other_bye;
    call.dialog = both ? std::nullopt : std::optional(dialog);
    call.in_early = call.state == State::early || (call.by_bye && call.in_early);
    call.state = State::closing;
    call.by_bye = true;
    call.early_used = false;
}

void cancel(ModelCall &call, int branch) {
    const bool early = call.state == State::early;
    end_attempt(call, branch);
    call.cancelled |= early && call.state == State::closing;
}

/// A request in another early dialog than the one that a BYE ended: the call is early still.
bool is_early_still(ModelCall &call, Message message, int dialog) {
    return message == Message::info && call.state == State::closing && call.by_bye &&
           call.in_early && call.dialog && *call.dialog != dialog;
}

/// Whether a request may be a late one of an early dialog of a call that closed without a BYE.
bool is_late(const ModelCall &call, Message message) {
    return call.state == State::closing && !call.by_bye &&
           (call.cancelled || (call.early_used && message != Message::reinvite));
}

/// A request of a dialog, in a call that is over: a call that was cancelled stays so.
void go_on(ModelCall &call, Message message, int dialog) {
    if (is_early_still(call, message, dialog)) {
        call.state = State::early;
        call.by_bye = false;
        call.dialog.reset();
        call.attempts[call.last] = true;
        call.open = 1;
    } else if (!is_late(call, message)) {
        confirm(call, dialog);
    }
}

void note(ModelCall &call, Sent sent) {
    const auto [message, branch, dialog, beside] = sent;
    const bool attempting = call.state == State::early || call.state == State::closing;
    const bool known = call.attempts.count(branch) == 1;
    switch (message) {
    case Message::invite:
        return invite(call, branch);
    case Message::cancel:
        return attempting && known ? cancel(call, branch) : void();
    case Message::refused:
        return attempting && known ? end_attempt(call, branch) : confirm(call, dialog);
    case Message::ack:
        return confirm(call, dialog);
    case Message::reinvite:
        return go_on(call, message, dialog);
    case Message::info: // in an early dialog, too
        call.early_used |= call.state == State::early;
        return call.state == State::closing ? go_on(call, message, dialog) : void();
    case Message::prack:
        call.early_used |= call.state == State::early;
        return;
    case Message::bye:
        return bye(call, dialog);
    default:
        return;
    }
}

} // namespace

Model::Model(std::uint32_t servers, std::vector<std::uint32_t> lifetimes)
    : standings_(servers, Standing::up), lifetimes_(std::move(lifetimes)) {}

Answer Model::message(const std::string &id, std::uint64_t hash, Sent sent) {
    const Message message = sent.message;
    const auto found = calls_.find(id);
    if (found == calls_.end() || is_over(found->second)) {
        return first(id, hash, sent);
    }
    ModelCall &call = found->second;
    if (message == Message::invite && call.state == State::confirmed &&
        call.attempts.count(sent.branch) == 0) {
        return beside(id, hash, sent, call.server);
    }
    const Standing standing = standings_.at(call.server);
    // Another attempt of a call that failed stays where it is.
    const bool ended = call.state == State::closing && call.by_bye;
    const bool begins =
        message == Message::registration ||
        (message == Message::invite &&
         (call.state == State::other || (ended && call.attempts.count(sent.branch) == 0)));
    const bool leaves = standing == Standing::down || (standing == Standing::draining && begins);
    note(call, sent);
    call.idle = 0;
    if (leaves) {
        call.server = ring_server(hash);
    }
    return {leaves ? Answer::Kind::rehomed : Answer::Kind::hit, call.server, false, id};
}

/// An INVITE that begins another call under the Call-ID of one that is confirmed, at its server.
Answer Model::beside(const std::string &id, std::uint64_t hash, Sent sent, std::uint32_t server) {
    const std::string own = id + "/" + std::to_string(sent.branch);
    const std::uint32_t theirs = standing(server) == Standing::down ? ring_server(hash) : server;
    const auto found = calls_.find(own);
    if (found != calls_.end() && !is_over(found->second)) { // a copy
        ModelCall &call = found->second;
        const bool leaves = standing(call.server) == Standing::down;
        call.idle = 0;
        call.server = leaves ? theirs : call.server;
        return {leaves ? Answer::Kind::rehomed : Answer::Kind::hit, call.server, false, own};
    }
    const bool entered = found == calls_.end();
    calls_.insert_or_assign(own, ModelCall{sent.beside, State::early, theirs, 0});
    return {Answer::Kind::fresh, theirs, entered, own};
}

Answer Model::first(const std::string &id, std::uint64_t hash, Sent sent) {
    const auto kind = is_of_dialog(sent.message) ? Answer::Kind::unknown : Answer::Kind::fresh;
    const auto state = first_state(sent.message);
    if (!state) {
        return {kind, ring_server(hash), false, id};
    }
    const bool entered = calls_.count(id) == 0;
    ModelCall call = {hash, *state, ring_server(hash), 0};
    if (*state == State::early) {
        invite(call, sent.branch);
    }
    calls_.insert_or_assign(id, call);
    return {kind, call.server, entered, id};
}

void Model::pass(std::uint32_t ticks) {
    for (auto &[id, call] : calls_) {
        call.idle += ticks;
    }
}

std::size_t Model::sweep() {
    return std::erase_if(calls_, [&](const auto &entry) { return is_over(entry.second); });
}

std::vector<std::uint32_t> Model::ring() const {
    std::vector<std::uint32_t> servers;
    for (std::uint32_t server = 0; server < standings_.size(); server++) {
        if (standings_[server] == Standing::up) {
            servers.push_back(server);
        }
    }
    return servers;
}

std::uint32_t Model::ring_server(std::uint64_t hash) const {
    const auto servers = ring();
    return servers.at(ss_ring_slot(hash) % servers.size());
}

bool Model::is_over(const ModelCall &call) const {
    return call.idle > lifetimes_.at(static_cast<std::size_t>(call.state));
}

Worth Model::worth(const ModelCall &call) const {
    if (is_over(call)) {
        return Worth::over;
    }
    switch (call.state) {
    case State::closing:
        return Worth::closing;
    case State::confirmed: // for more than half of the time it may be
        return call.idle > lifetimes_.at(static_cast<std::size_t>(State::confirmed)) / 2
                   ? Worth::silent
                   : Worth::kept;
    case State::early:
        return Worth::early;
    default:
        return Worth::noCall;
    }
}

Worth Model::reach(const std::string &id) const {
    const State state = calls_.at(id).state;
    return state == State::early || state == State::confirmed || state == State::closing
               ? Worth::kept
               : Worth::early;
}

std::int64_t Model::running_at(std::uint32_t server) const {
    std::int64_t running = 0;
    for (const auto &[id, call] : calls_) {
        running +=
            call.server == server && (call.state == State::early || call.state == State::confirmed);
    }
    return running;
}

} // namespace sipsteer::test

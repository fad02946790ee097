// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include <sipsteer/ring.h>

namespace sipsteer::test {

namespace {

/// The state of a call whose first message this is.
State first_state(Message message) {
    switch (message) {
    case Message::bye:
    case Message::cancel:
        return State::closing; // of a call that began elsewhere, or was forgotten
    case Message::registration:
    case Message::options:
    case Message::response: // to what a server began: a call or not
        return State::other;
    case Message::keepalive:
        return State::source;
    default:
        return State::early;
    }
}

State next_state(State state, Message message) {
    switch (message) {
    case Message::bye:
        return State::closing;
    case Message::cancel: // of a confirmed call it may be a re-INVITE's
        return state == State::confirmed ? State::confirmed : State::closing;
    case Message::invite: // another attempt under the same Call-ID
        return state == State::closing || state == State::other ? State::early : state;
    case Message::ack:
    case Message::info:
        return state == State::early || state == State::other ? State::confirmed : state;
    default:
        return state;
    }
}

} // namespace

Model::Model(std::uint32_t servers, std::vector<std::uint32_t> lifetimes)
    : standings_(servers, Standing::up), lifetimes_(std::move(lifetimes)) {}

Answer Model::message(const std::string &id, std::uint64_t hash, Message message) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || is_over(found->second)) {
        const bool entered = found == calls_.end();
        const ModelCall call = {hash, first_state(message), ring_server(hash), 0};
        calls_.insert_or_assign(id, call);
        return {Answer::Kind::fresh, call.server, entered};
    }
    ModelCall &call = found->second;
    const Standing standing = standings_.at(call.server);
    const bool leaves = standing == Standing::down ||
                        (standing == Standing::draining && message == Message::registration);
    call.state = next_state(call.state, message);
    call.idle = 0;
    if (leaves) {
        call.server = ring_server(hash);
    }
    return {leaves ? Answer::Kind::rehomed : Answer::Kind::hit, call.server};
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
    default:
        return Worth::unconfirmed;
    }
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

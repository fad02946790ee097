// SPDX-License-Identifier: Apache-2.0
#include "cluster/peers.hpp"

namespace sipsteer::cluster {

namespace {

constexpr std::size_t kMostPeers = 256;
constexpr std::chrono::seconds kSilence{10}; // a director beats every two seconds

} // namespace

Peers::Change Peers::note(const Batch &batch, const std::string &differs, double lag, Time now) {
    if (peers_.size() == kMostPeers && !peers_.contains(batch.director)) {
        return {};
    }
    Peer &peer = peers_[batch.director];
    Change change;
    change.appeared = !peer.here;
    change.differs = !differs.empty() && peer.differs != differs;
    if (peer.run == batch.run && batch.number > peer.number + 1) {
        change.missed = true;
        peer.missed += batch.number - peer.number - 1;
    }
    peer.run = batch.run;
    peer.number = batch.number;
    peer.heard = now;
    peer.lag = lag;
    peer.calls += batch.calls.size();
    peer.differs = differs;
    peer.here = true;
    return change;
}

std::vector<std::string> Peers::note_silent(Time now) {
    std::vector<std::string> names;
    for (auto &[name, peer] : peers_) {
        if (peer.here && now - peer.heard > kSilence) {
            peer.here = false;
            names.push_back(name);
        }
    }
    return names;
}

} // namespace sipsteer::cluster

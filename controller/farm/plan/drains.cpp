// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/drains.hpp"

#include <algorithm>

namespace sipsteer::plan {

Drains::Drains(const std::map<ServerId, Time> &began) {
    for (const auto &[id, time] : began) {
        drains_[id].began = time;
    }
}

std::vector<DrainNote> Drains::update(const config::Config &config, Time now) {
    std::vector<DrainNote> notes;
    std::map<ServerId, Drain> next;
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            if (server.admin != config::Admin::Draining) {
                continue;
            }
            const ServerId id{pool.name, server.name};
            const auto known = drains_.find(id);
            Drain drain = known == drains_.end() ? Drain{} : known->second;
            if (known == drains_.end()) {
                drain.began = now;
                notes.push_back({DrainNote::What::Started, id});
            }
            drain.deadline.reset();
            if (server.drain_timeout) {
                drain.deadline = drain.began + *server.drain_timeout;
            }
            const bool over = drain.deadline && now >= *drain.deadline;
            if (over && !drain.over) {
                notes.push_back({DrainNote::What::Deadline, id});
            }
            drain.over = over;
            next.emplace(id, drain);
        }
    }
    drains_ = std::move(next);
    return notes;
}

std::vector<DrainNote>
Drains::note_pass(const std::function<std::uint64_t(const ServerId &)> &calls_of) {
    std::vector<DrainNote> notes;
    for (auto &[id, drain] : drains_) {
        if (drain.pass_ended && !drain.done && !drain.over && calls_of(id) == 0) {
            drain.done = true;
            notes.push_back({DrainNote::What::Done, id});
        }
        drain.pass_ended = true;
    }
    return notes;
}

std::map<ServerId, Drains::Time> Drains::began() const {
    std::map<ServerId, Time> began;
    for (const auto &[id, drain] : drains_) {
        began[id] = drain.began;
    }
    return began;
}

std::set<ServerId> Drains::over() const {
    std::set<ServerId> over;
    for (const auto &[id, drain] : drains_) {
        if (drain.over) {
            over.insert(id);
        }
    }
    return over;
}

std::optional<Drains::Time> Drains::next() const {
    std::optional<Time> first;
    for (const auto &[id, drain] : drains_) {
        if (drain.deadline && !drain.over) {
            first = first ? std::min(*first, *drain.deadline) : *drain.deadline;
        }
    }
    return first;
}

} // namespace sipsteer::plan

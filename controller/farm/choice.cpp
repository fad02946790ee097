// SPDX-License-Identifier: Apache-2.0
#include "farm/choice.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

constexpr unsigned kTries = 8; // SS_SCHEDULE_TRIES of bpf/choose/schedule.h

class Chooser {
public:
    Chooser(const plan::Plan &plan, const plan::PlannedPool &pool, For what, const Moment &moment)
        : plan_(plan), pool_(pool), what_(what), moment_(moment) {}

    void ask_ring(std::uint64_t key, unsigned tries) {
        for (unsigned i = 0; i < tries; i++) {
            add_slot(ss_ring_slot(key));
            key = (key ^ (key >> 29)) * 0xbf58476d1ce4e5b9ULL;
        }
    }

    void ask_turns() {
        for (unsigned i = 0; i < kTries && pool_.ring->slots != 0; i++) {
            add_slot(static_cast<std::uint32_t>((moment_.turn + i) % pool_.ring->slots));
        }
    }

    /// By live calls for their weight, from the member whose turn it is on.
    void ask_members() {
        struct Ranked {
            Candidate candidate;
            std::uint64_t live;
            std::uint64_t weight;
        };
        std::vector<Ranked> ranked;
        const std::uint32_t members = pool_.ring->members;
        for (std::uint32_t i = 0; i < members; i++) {
            const std::uint16_t index = pool_.ring->member[(moment_.turn + i) % members];
            const auto *server = find(index);
            if (server != nullptr && server->value.weight != 0) {
                const Candidate candidate = judge(*server);
                const auto live =
                    static_cast<std::uint64_t>(std::max<std::int64_t>(candidate.live_calls, 0));
                ranked.push_back({candidate, live, server->value.weight});
            }
        }
        std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked &a, const Ranked &b) {
            return (a.live + 1) * b.weight < (b.live + 1) * a.weight;
        });
        for (const Ranked &member : ranked) {
            add(member.candidate);
        }
    }

    Choice result() { return std::move(choice_); }

private:
    const plan::PlannedServer *find(std::uint16_t index) const {
        const auto found = std::find_if(plan_.servers.begin(), plan_.servers.end(),
                                        [&](const auto &s) { return s.index == index; });
        return found == plan_.servers.end() ? nullptr : &*found;
    }

    Candidate judge(const plan::PlannedServer &server) const {
        Candidate candidate{server.index, 0, false};
        if (server.index >= moment_.loads.size()) {
            return candidate;
        }
        ss_server_load &load = moment_.loads[server.index];
        candidate.live_calls = calls::live_calls(load);
        if (what_ == For::NewCall) {
            const auto &value = server.value;
            candidate.full =
                (value.most_calls != 0 && candidate.live_calls >= std::int64_t{value.most_calls}) ||
                (value.new_call_gap != 0 && calls::next_new_call(load) > moment_.now);
        }
        return candidate;
    }

    void add_slot(std::uint32_t slot) {
        const std::uint16_t index = pool_.ring->slot[slot];
        const auto *server = index == SS_NO_SERVER ? nullptr : find(index);
        if (!choice_.slot) {
            choice_.slot = slot;
        }
        if (server != nullptr) {
            add(judge(*server));
        }
    }

    void add(const Candidate &candidate) {
        const bool known =
            std::any_of(choice_.candidates.begin(), choice_.candidates.end(),
                        [&](const Candidate &c) { return c.server == candidate.server; });
        if (!known && choice_.candidates.size() < Choice::kMostCandidates) {
            choice_.candidates.push_back(candidate);
        }
    }

    const plan::Plan &plan_;
    const plan::PlannedPool &pool_;
    For what_;
    const Moment &moment_;
    Choice choice_;
};

} // namespace

const Candidate *Choice::taker() const {
    const auto found = std::find_if(candidates.begin(), candidates.end(),
                                    [](const Candidate &c) { return !c.full; });
    return found == candidates.end() ? nullptr : &*found;
}

Choice choose(const plan::Plan &plan, const plan::PlannedPool &pool,
              std::optional<std::uint64_t> ring_key, For what, const Moment &moment) {
    Chooser chooser(plan, pool, what, moment);
    if (!pool.ring || (pool.value.down != 0 && what != For::RunningCall)) {
        return {};
    }
    const bool ring_alone = pool.value.mode == SS_POOL_STATELESS || what == For::Dialog;
    const bool by_turns = pool.value.scheduler == SS_SCHEDULER_TURNS && !ring_alone;
    const bool by_ring =
        pool.value.scheduler != SS_SCHEDULER_LEAST_CALLS || what == For::Other || ring_alone;
    if (by_turns) {
        chooser.ask_turns();
    } else if (by_ring && !ring_key) {
        return {};
    } else if (by_ring) {
        chooser.ask_ring(*ring_key, ring_alone ? 1 : kTries);
    }
    if (what != For::Other && !ring_alone) {
        chooser.ask_members();
    }
    return chooser.result();
}

} // namespace sipsteer::farm

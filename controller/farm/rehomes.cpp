// SPDX-License-Identifier: Apache-2.0
#include "farm/rehomes.hpp"

#include "base/log.hpp"
#include "farm/plan/turns.hpp"

#include <algorithm>

namespace sipsteer::farm {

namespace {

constexpr std::chrono::milliseconds kRehomeSlicePeriod{20};
constexpr std::size_t kSliceBuckets = 32'768; // 1.5 ms, if a call of each is moved

/// Calls of one slice that somebody is told of: half of what one who listens may be behind
/// (events::HubLimits).
constexpr std::size_t kSliceTold = 512;

/// The pool's members that take new calls, but for one, and whose frames can be sent.
std::vector<plan::RingMember> others(const plan::Plan &plan, const plan::PlannedPool &pool,
                                     std::uint16_t except) {
    std::vector<plan::RingMember> members;
    for (const auto &member : pool.members) {
        if (member.index != except && farm::takes_messages(farm::find_server(plan, member.index))) {
            members.push_back(member);
        }
    }
    return members;
}

std::uint64_t bucket_count(const farm::World &world) {
    std::uint64_t buckets = 0;
    for (const auto &table : world.tables) {
        buckets += table.table.size();
    }
    return buckets;
}

std::int64_t live_left(const farm::World &world, std::uint16_t server) {
    return server < world.loads.size() ? calls::live_calls(world.loads[server]) : 0;
}

double seconds_between(Rehomes::Time from, Rehomes::Time to) {
    return std::chrono::duration<double>(to - from).count();
}

} // namespace

Rehomes::Rehomes(boost::asio::io_context &io, const WorldSource &source)
    : timer_(io), source_(source) {}

Status Rehomes::begin(const ServerId &id) {
    const auto world = source_.world();
    const auto *server = farm::find_server(world.plan, id);
    const auto *pool = farm::find_pool(world.plan, id.pool);
    if (server == nullptr || pool == nullptr) {
        return Error{"there is no server " + id.name()};
    }
    if (const auto job = jobs_.find(id);
        job != jobs_.end() && job->second.state == State::Running) {
        return Error{"the calls of " + id.name() + " are already moving"};
    }
    if (pool->value.mode != SS_POOL_STATEFUL) {
        return Error{"pool " + id.pool + " is stateless: it has no calls to move"};
    }
    if (others(world.plan, *pool, server->index).empty()) {
        return Error{"no other server of pool " + id.pool + " takes calls"};
    }
    jobs_.insert_or_assign(id, Job{server->index,
                                   calls::Rehoming(server->index),
                                   State::Running,
                                   {},
                                   Time::clock::now(),
                                   {},
                                   {},
                                   nullptr});
    log::info("rehome_started", {{"pool", id.pool},
                                 {"server", id.server},
                                 {"live_calls", live_left(world, server->index)}});
    arm();
    return Done{};
}

void Rehomes::arm() {
    if (armed_) {
        return;
    }
    armed_ = true;
    timer_.expires_after(kRehomeSlicePeriod);
    timer_.async_wait([this](const boost::system::error_code &failed) {
        armed_ = false;
        if (!failed && slice()) {
            arm();
        }
    });
}

bool Rehomes::slice() {
    const auto world = source_.world();
    bool running = false;
    for (auto &[id, job] : jobs_) {
        if (job.state == State::Running) {
            slice(id, job, world);
            running = running || job.state == State::Running;
        }
    }
    return running;
}

void Rehomes::slice(const ServerId &id, Job &job, const farm::World &world) {
    const auto *server = farm::find_server(world.plan, id);
    const auto *pool = farm::find_pool(world.plan, id.pool);
    if (server == nullptr || server->index != job.server || pool == nullptr) {
        job.problem = "the configuration no longer has the server";
        return end(id, job, world, State::GivenUp);
    }
    auto members = others(world.plan, *pool, job.server);
    if (members.empty()) {
        job.problem = "no other server of the pool takes calls";
        return end(id, job, world, State::GivenUp);
    }
    if (members != job.members) {
        job.turns = plan::make_turns(members);
        job.members = std::move(members);
        job.turn = 0;
    }
    const calls::Rehoming::Targets targets{
        [&job] { return job.turns->slot[job.turn++ % job.turns->slots]; }, tell_};
    if (job.rehoming.slice(world.tables, world.loads, {kSliceBuckets, kSliceTold}, world.now,
                           world.lifetimes, targets)) {
        end(id, job, world, State::Done);
    }
}

void Rehomes::end(const ServerId &id, Job &job, const farm::World &world, State state) {
    job.state = state;
    job.ended = Time::clock::now();
    job.turns = nullptr;
    const auto left = live_left(world, job.server);
    const auto seconds = seconds_between(job.began, job.ended);
    if (state == State::Done) {
        log::info("rehome_done", {{"pool", id.pool},
                                  {"server", id.server},
                                  {"moved", job.rehoming.moved()},
                                  {"left", left},
                                  {"seconds", seconds}});
    } else {
        log::warn("rehome_given_up", {{"pool", id.pool},
                                      {"server", id.server},
                                      {"moved", job.rehoming.moved()},
                                      {"left", left},
                                      {"problem", job.problem}});
    }
}

nlohmann::json Rehomes::progress(const ServerId &id) const {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) {
        return nullptr;
    }
    const Job &job = found->second;
    const auto world = source_.world();
    const bool running = job.state == State::Running;
    const char *state = running ? "running" : job.state == State::Done ? "done" : "given_up";
    return {{"state", state},
            {"pass", job.rehoming.pass()},
            {"buckets_done", job.rehoming.buckets_done()},
            {"buckets", bucket_count(world)},
            {"moved", job.rehoming.moved()},
            {"left", live_left(world, job.server)},
            {"seconds", seconds_between(job.began, running ? Time::clock::now() : job.ended)},
            {"problem", job.problem}};
}

std::map<ServerId, nlohmann::json> Rehomes::all_progress() const {
    std::map<ServerId, nlohmann::json> all;
    for (const auto &[id, job] : jobs_) {
        all.emplace_hint(all.end(), id, progress(id));
    }
    return all;
}

} // namespace sipsteer::farm

// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"

#include "base/log.hpp"
#include "base/siphash.hpp"

#include <algorithm>
#include <random>

namespace sipsteer::cluster {

namespace {

constexpr std::chrono::milliseconds kWalkPeriod{50};
constexpr std::size_t kLargestSlice = 16'384; // buckets: about a millisecond
constexpr std::size_t kSlicesPerPass = 20;
constexpr std::chrono::seconds kBeatPeriod{2};

std::uint64_t random_run() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

std::uint32_t buckets_of(const farm::World &world) {
    return static_cast<std::uint32_t>(world.tables.front().table.size());
}

/// Proves the secret and does not tell it.
std::uint64_t mark_of_secret(const farm::World &world) {
    return siphash(world.secret, "sipsteer cluster");
}

} // namespace

Cluster::Cluster(boost::asio::io_context &io, const config::Cluster &config,
                 const farm::WorldSource &source)
    : config_(config), source_(source), run_(random_run()), walk_timer_(io), beat_timer_(io),
      ledger_(buckets_of(source.world())),
      inbox_(io, config.redis, config.name, clock_,
             {[this](std::string_view text) { take(text); },
              [](std::uint64_t keys) {
                  log::info("cluster_caught_up", {{"calls", keys}});
              }}),
      outbox_(io, config.redis,
              {config.name, config.director, run_, mark_of_secret(source.world())}, clock_,
              {[this] { ledger_.forget_told(); },
               [this](const std::vector<CallName> &calls) {
                   for (const auto &call : calls) {
                       if (Note *note = ledger_.find(call)) {
                           note->round = 0;
                       }
                   }
               }}) {}

void Cluster::start() {
    inbox_.start();
    outbox_.start();
    arm_walk();
    arm_beat();
}

void Cluster::arm_walk() {
    walk_timer_.expires_after(kWalkPeriod);
    walk_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled) {
            walk();
            arm_walk();
        }
    });
}

/// First it hears what others know: a table that an earlier run left may be behind. Until then, and
/// while Redis is away, the walk counts what waits.
void Cluster::walk() {
    const auto world = source_.world();
    follow_table(world);
    if (config_.share == config::Share::Nothing || world.tables.size() != 1) {
        return;
    }
    const std::uint32_t buckets = buckets_of(world);
    const std::size_t slice =
        std::clamp<std::size_t>(buckets / kSlicesPerPass, 1024, kLargestSlice);
    (void)walk_.slice(world, ledger_, clock_.now(), slice,
                      [&](const SharedCall &call, std::chrono::milliseconds keep) {
                          const bool room = inbox_.is_caught_up() && outbox_.has_room();
                          if (room) {
                              outbox_.add(call, keep, buckets);
                          }
                          return room;
                      });
    outbox_.flush(buckets);
}

void Cluster::follow_table(const farm::World &world) {
    if (buckets_of(world) != ledger_.buckets()) {
        ledger_ = Ledger(buckets_of(world));
        walk_.restart();
        inbox_.begin_anew();
    }
}

void Cluster::arm_beat() {
    beat_timer_.expires_after(kBeatPeriod);
    beat_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled) {
            beat();
            arm_beat();
        }
    });
}

void Cluster::beat() {
    outbox_.beat(ledger_.buckets());
    for (const auto &name : peers_.note_silent(std::chrono::steady_clock::now())) {
        log::warn("cluster_director_silent", {{"director", name}});
    }
}

void Cluster::take(std::string_view text) {
    const auto batch = read_batch(text);
    if (!batch) {
        ++received_.malformed;
        return;
    }
    if (batch->director == config_.director && batch->number != 0) {
        return take_own(*batch);
    }
    const auto world = source_.world();
    follow_table(world);
    const std::string differs = difference(*batch, world);
    if (batch->number != 0) {
        note_peer(*batch, differs);
    }
    if (differs.empty()) {
        take_calls(*batch, world);
    } else {
        received_.foreign += batch->calls.size();
    }
}

/// Our own, or of another director that believes to be us.
void Cluster::take_own(const Batch &batch) {
    if (batch.run != run_ && !name_warned_) {
        name_warned_ = true;
        log::warn("cluster_name_twice",
                  {{"director", batch.director},
                   {"remedy", "give each director its own cluster.director"}});
    }
}

std::string Cluster::difference(const Batch &batch, const farm::World &world) const {
    if (batch.mark != mark_of_secret(world)) {
        return "secret";
    }
    return batch.buckets != buckets_of(world) ? "calls.capacity" : "";
}

void Cluster::note_peer(const Batch &batch, const std::string &differs) {
    const auto now = clock_.now().ms;
    const double lag = now > batch.sent ? static_cast<double>(now - batch.sent) / 1000 : 0;
    const auto change = peers_.note(batch, differs, lag, std::chrono::steady_clock::now());
    if (change.appeared) {
        log::info("cluster_director_here", {{"director", batch.director}});
    }
    if (change.differs) {
        log::warn("cluster_director_differs", {{"director", batch.director},
                                               {"what", differs},
                                               {"effect", "neither knows the other's calls"}});
    }
    if (change.missed) {
        log::info("cluster_batches_missed", {{"director", batch.director}});
        inbox_.begin_anew();
    }
}

void Cluster::take_calls(const Batch &batch, const farm::World &world) {
    const Moment now = clock_.now();
    for (const auto &call : batch.calls) {
        const Outcome outcome = place_call(world, ledger_, now, call);
        ++received_.outcomes[static_cast<std::size_t>(outcome)];
        if (outcome == Outcome::PoolIndex) {
            warn_of_pool(batch, call);
        }
    }
}

void Cluster::warn_of_pool(const Batch &batch, const SharedCall &call) {
    constexpr std::size_t kMostWarnings = 1000;
    if (pools_warned_.size() < kMostWarnings &&
        pools_warned_.emplace(batch.director, call.server.pool).second) {
        log::warn("cluster_pool_differs",
                  {{"director", batch.director},
                   {"pool", call.server.pool},
                   {"effect", "the pool has another index there: its calls are not shared"}});
    }
}

} // namespace sipsteer::cluster

// SPDX-License-Identifier: Apache-2.0
#include "benches.hpp"

#include "call_maps.hpp"
#include "calls/clock.hpp"
#include "calls/sweeper.hpp"
#include "kernel/dataplane/maps.hpp"
#include "samples.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

constexpr std::array<const char *, BENCH_MAPS> kMapNames{"table", "hash", "lru_hash"};
constexpr std::array<bench_call_map, BENCH_MAPS> kMaps{BENCH_MAP_TABLE, BENCH_MAP_HASH,
                                                       BENCH_MAP_LRU};

/// All operations on one map, ns each, the loop included.
struct MapSamples {
    Samples find, overlap, refresh, insert;
};

struct SizeSamples {
    Samples loop, loop_next;
    std::array<MapSamples, BENCH_MAPS> maps;
};

/// ns an operation. Throws if more than a few failed, which cost something else: a full table
/// refuses a few inserts, and their calls are not found later.
double each(const CallRun &run, std::uint64_t count, const std::string &what) {
    if (run.done * 100 < count * 95) {
        throw std::runtime_error(what + ": only " + std::to_string(run.done) + " of " +
                                 std::to_string(count) + " operations succeeded");
    }
    return run.ns / static_cast<double>(count);
}

void fill(CallMaps &maps, std::uint64_t live) {
    for (const bench_call_map map : kMaps) {
        each(maps.run_next(BENCH_CALL_INSERT, map, live, 0), live, "filling a map");
    }
}

void measure_once(CallMaps &maps, std::uint64_t live, SizeSamples &samples) {
    constexpr std::uint64_t kCount = 65'536;
    const std::uint64_t inserts = std::clamp<std::uint64_t>(live / 16, 1, kCount);
    const auto live_run = [&](bench_call_work work, bench_call_map map) {
        return each(maps.run_live(work, map, kCount, live), kCount, kMapNames[map]);
    };
    const auto next_run = [&](bench_call_work work, bench_call_map map) {
        return each(maps.run_next(work, map, inserts, live), inserts, kMapNames[map]);
    };
    samples.loop.add(live_run(BENCH_CALL_LOOP, BENCH_MAP_TABLE));
    samples.loop_next.add(next_run(BENCH_CALL_LOOP_NEXT, BENCH_MAP_TABLE));
    for (const bench_call_map map : kMaps) {
        // What the map before it left in the caches is not this one's cost.
        live_run(BENCH_CALL_FIND, map);
        samples.maps[map].find.add(live_run(BENCH_CALL_FIND, map));
        samples.maps[map].overlap.add(live_run(BENCH_CALL_OVERLAP, map));
        samples.maps[map].refresh.add(live_run(BENCH_CALL_REFRESH, map));
        samples.maps[map].insert.add(next_run(BENCH_CALL_INSERT, map));
        next_run(BENCH_CALL_REMOVE, map);
    }
}

void report_size(Report &report, std::uint64_t live, const SizeSamples &samples) {
    const std::string size = count_name(live);
    Table table{"ns an operation, " + size + " live calls",
                {"hit", "overlapped", "refresh", "insert", "hit median", "overlapped median",
                 "refresh median", "insert median"},
                {},
                "overlapped: hits that wait for memory together; loop (taken off): " +
                    number(samples.loop.least())};
    for (const bench_call_map map : kMaps) {
        Row row{kMapNames[map], {}};
        std::vector<std::string> medians;
        const auto add = [&](const char *name, const Samples &whole, double loop) {
            const std::string figure =
                std::string("calls.") + kMapNames[map] + "." + name + "." + size;
            report.add(figure + ".min", whole.least() - loop, "ns");
            report.add(figure + ".median", whole.median() - loop, "ns");
            row.cells.push_back(number(whole.least() - loop));
            medians.push_back(number(whole.median() - loop));
        };
        add("hit", samples.maps[map].find, samples.loop.least());
        add("hit_overlapped", samples.maps[map].overlap, samples.loop.least());
        add("refresh", samples.maps[map].refresh, samples.loop.least());
        add("insert", samples.maps[map].insert, samples.loop_next.least());
        row.cells.insert(row.cells.end(), medians.begin(), medians.end());
        table.rows.push_back(row);
    }
    report.add("calls.loop." + size, samples.loop.least(), "ns");
    const auto add_share = [&](const char *name, Samples MapSamples::*operation) {
        const auto least = [&](bench_call_map map) {
            return (samples.maps[map].*operation).least() - samples.loop.least();
        };
        report.add(std::string("calls.") + name + "_share_of_hash." + size,
                   least(BENCH_MAP_TABLE) / least(BENCH_MAP_HASH), "ratio");
    };
    add_share("hit", &MapSamples::find);
    add_share("hit_overlapped", &MapSamples::overlap);
    report.tables.push_back(table);
}

/// HASH and LRU_HASH have an eighth to spare as the table has, and what the LRU keeps free for
/// each CPU: nothing is evicted.
MapSizes sizes_for(std::uint64_t capacity) {
    return {dataplane::bucket_count(static_cast<std::uint32_t>(capacity)),
            static_cast<std::uint32_t>(capacity + capacity / 7 + 2048)};
}

void report_memory(Report &report, const CallMaps &maps, std::uint64_t capacity, Table &table) {
    Row row{count_name(capacity), {}};
    for (const bench_call_map map : kMaps) {
        // The table at its stated capacity; the others at every entry they have.
        const double calls = static_cast<double>(
            map == BENCH_MAP_TABLE ? capacity : std::uint64_t{sizes_for(capacity).entries});
        const double bytes = maps.bytes(map) / calls;
        report.add(std::string("calls.bytes.") + kMapNames[map] + "." + count_name(capacity), bytes,
                   "bytes/call");
        row.cells.push_back(number(bytes));
    }
    table.rows.push_back(row);
}

double cpu_ms() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// A pass of the daemon's sweep over the table, in slices as it does it: CPU, not waiting.
void report_sweep(Report &report, const CallMaps &maps, std::uint64_t live) {
    calls::StateLifetimes lifetime;
    lifetime.fill(SS_MAX_LIFETIME_TICKS - 1);
    const calls::Lifetimes lifetimes(lifetime);
    calls::Sweeper sweeper({{maps.table(), maps.births()}});
    std::array<double, 4> passes{};
    for (double &pass : passes) {
        const double before = cpu_ms();
        while (!sweeper.sweep_slice(4096, calls::now_tick(), lifetimes)) {
        }
        pass = cpu_ms() - before;
    }
    if (sweeper.totals().live * 1000 < live * 999) {
        throw std::runtime_error("the sweep did not see all calls");
    }
    const double least = *std::min_element(passes.begin(), passes.end());
    const std::string name = "calls.sweep." + count_name(live);
    report.add(name + ".cpu", least, "ms");
    report.tables.push_back({"CPU of one sweep, ms, " + count_name(live) + " calls",
                             {"least"},
                             {{"sweep", {number(least)}}},
                             ""});
}

/// Inserts that found no room.
struct Room {
    std::uint64_t inserts = 0;
    std::uint64_t refused = 0;

    double share() const { return static_cast<double>(refused) / static_cast<double>(inserts); }
};

/// A table that is filled to a level and then kept there: the oldest calls go, new ones come. All
/// calls are confirmed, so none is displaced.
class Turnover {
public:
    explicit Turnover(std::uint64_t capacity) : maps_({sizes_for(capacity).buckets, 1}) {}

    std::uint64_t entries() const { return maps_.table().size() * SS_BUCKET_ENTRIES; }

    /// Up to `live` calls, more than there are, then `inserts` come and as many go.
    Room at(std::uint64_t live, std::uint64_t inserts) {
        constexpr std::uint64_t kStep = 4096;
        Room room;
        insert(live - (next_ - oldest_), room);
        for (std::uint64_t i = 0; i < inserts; i += kStep) {
            maps_.run_next(BENCH_CALL_REMOVE, BENCH_MAP_TABLE, kStep, oldest_);
            oldest_ += kStep;
            insert(kStep, room);
        }
        return room;
    }

private:
    void insert(std::uint64_t count, Room &room) {
        room.inserts += count;
        room.refused +=
            count - maps_.run_next(BENCH_CALL_INSERT, BENCH_MAP_TABLE, count, next_).done;
        next_ += count;
    }

    CallMaps maps_;
    std::uint64_t oldest_ = 0;
    std::uint64_t next_ = 0;
};

void report_room(Report &report, const Options &options) {
    const std::uint64_t capacity = options.quick ? 100'000 : 1'000'000;
    const std::uint64_t inserts = options.quick ? 100'000 : 5'000'000;
    Turnover turnover(capacity);
    Table table{"Share of inserts without room, " + count_name(inserts) + " at each level",
                {"calls", "share"},
                {},
                "in a steady state: as many calls go as come"};
    struct Level {
        std::string name;
        std::uint64_t live;
    };
    std::vector<Level> levels;
    for (const unsigned percent : {50U, 70U, 85U}) {
        const std::string load = std::to_string(percent);
        levels.push_back({load + "_of_capacity", capacity * percent / 100});
        levels.push_back({load + "_of_entries", turnover.entries() * percent / 100});
    }
    std::sort(levels.begin(), levels.end(),
              [](const Level &a, const Level &b) { return a.live < b.live; });
    for (const Level &level : levels) {
        const Room room = turnover.at(level.live, inserts);
        report.add("calls.no_room." + level.name, room.share(), "share");
        table.rows.push_back({level.name, {std::to_string(level.live), number(room.share())}});
    }
    report.tables.push_back(table);
}

} // namespace

Report measure_calls(const Options &options) {
    Report report;
    std::vector<std::uint64_t> sizes{1'000, 100'000};
    if (!options.quick) {
        sizes.insert(sizes.end(), {1'000'000, 10'000'000});
    }
    Table memory{"Bytes a call", {"table", "hash", "lru_hash"}, {}, "table: at stated capacity"};
    for (const std::uint64_t live : sizes) {
        CallMaps maps(sizes_for(live));
        fill(maps, live);
        SizeSamples samples;
        const std::size_t runs = options.runs_or(live > 1'000'000 ? 15 : 40, 3);
        for (std::size_t i = 0; i < runs; ++i) {
            measure_once(maps, live, samples);
        }
        report_size(report, live, samples);
        report_memory(report, maps, live, memory);
        if (live == sizes.back()) {
            report_sweep(report, maps, live);
        }
    }
    report.tables.push_back(memory);
    report_room(report, options);
    return report;
}

} // namespace sipsteer::bench

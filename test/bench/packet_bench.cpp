// SPDX-License-Identifier: Apache-2.0
#include "benches.hpp"

#include "calls/clock.hpp"
#include "feeder.hpp"
#include "frames.hpp"
#include "samples.hpp"

#include <algorithm>
#include <linux/bpf.h>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

struct Scenario {
    std::string name;
    Method method;
    Destination destination;
    enum ss_call_state state;     // of the calls before each run
    bool fresh;                   // every packet is of a new call
    bool changes;                 // every packet changes the table: it is put back before each run
    ss_reason reason;             // that every packet must have
    std::uint64_t least_live = 0; // with fewer calls a run would be too short
    Plane::Trace trace = Plane::Trace::Off;
    std::uint32_t prefixes = 0; // of the guard
};

const Destination kStateful{kVip, kStatefulPort};

const std::vector<Scenario> kScenarios = {
    {"pass", Method::kInvite, {kOther, 5060}, SS_CALL_EARLY, false, false, SS_REASON_NOT_SERVICE},
    {"hit_invite", Method::kInvite, kStateful, SS_CALL_EARLY, false, false, SS_REASON_CALL_HIT},
    {"hit_ack", Method::kAck, kStateful, SS_CALL_CONFIRMED, false, false, SS_REASON_CALL_HIT},
    {"hit_bye", Method::kBye, kStateful, SS_CALL_CLOSING, false, false, SS_REASON_CALL_HIT},
    {"hit_written", Method::kAck, kStateful, SS_CALL_EARLY, false, true, SS_REASON_CALL_HIT,
     100'000},
    {"bye", Method::kBye, kStateful, SS_CALL_CONFIRMED, false, true, SS_REASON_CALL_HIT, 100'000},
    {"new", Method::kInvite, kStateful, SS_CALL_EARLY, true, true, SS_REASON_CALL_NEW},
    {"stateless",
     Method::kInvite,
     {kVip, kStatelessPort},
     SS_CALL_EARLY,
     false,
     false,
     SS_REASON_STATELESS},
    {"source", Method::kWithoutCallId, kStateful, SS_CALL_SOURCE, false, false,
     SS_REASON_NO_CALL_ID},
    {"trace_other", Method::kInvite, kStateful, SS_CALL_EARLY, false, false, SS_REASON_CALL_HIT, 0,
     Plane::Trace::OtherCall},
    {"trace_full", Method::kInvite, kStateful, SS_CALL_EARLY, false, false, SS_REASON_CALL_HIT, 0,
     Plane::Trace::AllAndFull},
    {"guard_100k", Method::kInvite, kStateful, SS_CALL_EARLY, false, false, SS_REASON_CALL_HIT, 0,
     Plane::Trace::Off, 100'000},
};

constexpr const char *kNote =
    "least and median: without the loop. hit_*: a known call; hit_invite, hit_bye: a copy of what\n"
    "  came before; hit_written: an ACK that confirms its call; bye: one that ends it; source: no\n"
    "  Call-ID, steered by address.\n"
    "  guard_100k: hit_invite with 100,000 denied prefixes, none of them the client's.\n"
    "  trace_*: hit_invite while another call is traced, and while all are and nobody reads.";

using Snapshot = std::vector<ss_bucket>;

Snapshot take_snapshot(const Plane &plane) {
    return {plane.table().begin(), plane.table().end()};
}

void put_back(const Plane &plane, const Snapshot &snapshot) {
    std::copy(snapshot.begin(), snapshot.end(), plane.table().begin());
}

/// The same calls in another state, last seen now.
Snapshot in_state(Snapshot snapshot, enum ss_call_state state) {
    const std::uint32_t now = calls::now_tick();
    for (ss_bucket &bucket : snapshot) {
        for (__u64 &entry : bucket.entry) {
            if (entry != 0) {
                entry = ss_call_make(ss_call_tag(entry), state, ss_call_server(entry), now);
            }
        }
    }
    return snapshot;
}

/// One scenario at one number of live calls.
class Measurement {
public:
    Measurement(const Plane &plane, Feeder &feeder, const Scenario &scenario, std::uint64_t live)
        : plane_(plane), feeder_(feeder), scenario_(scenario), live_(live) {
        // So few where every packet changes the table that it is hardly another one afterwards.
        packets_ = scenario.changes ? 12'288 : 16'384;
        feeder.set_messages(make_frames(scenario.method, scenario.destination));
        plane.trace(scenario.trace);
        plane.guard(scenario.prefixes, true);
    }
    ~Measurement() {
        plane_.trace(Plane::Trace::Off);
        plane_.guard(scenario_.prefixes, false);
    }
    Measurement(const Measurement &) = delete;
    Measurement &operator=(const Measurement &) = delete;

    void run(const Snapshot &calls, std::size_t runs) {
        const Snapshot start = in_state(calls, scenario_.state);
        const auto before = plane_.reasons();
        put_back(plane_, start);
        for (std::size_t i = 0; i < runs; ++i) {
            if (scenario_.changes) {
                put_back(plane_, start);
            }
            const Calls which{scenario_.fresh, live_, live_};
            loop_.add(feeder_.feed_nobody(which, packets_));
            whole_.add(feeder_.feed(which, packets_, action()));
        }
        check_reasons(before, plane_.reasons(), runs * packets_);
    }

    double loop() const { return loop_.least(); }
    double least() const { return whole_.least() - loop_.least(); }
    double median() const { return whole_.median() - loop_.least(); }

private:
    std::uint32_t action() const {
        return scenario_.reason == SS_REASON_NOT_SERVICE ? XDP_PASS : XDP_TX;
    }

    /// A figure of packets that went another way would be a lie.
    void check_reasons(const std::vector<std::uint64_t> &before,
                       const std::vector<std::uint64_t> &after, std::uint64_t packets) const {
        const __u32 verdict = action() == XDP_PASS ? SS_VERDICT_PASS : SS_VERDICT_TX;
        const __u32 index = ss_reason_index(scenario_.reason, verdict);
        const std::uint64_t counted = after[index] - before[index];
        // Two of the random calls of a thousand may be the same one.
        if (counted * 1000 < packets * 999) {
            throw std::runtime_error(scenario_.name + ": only " + std::to_string(counted) + " of " +
                                     std::to_string(packets) + " packets had the reason expected");
        }
    }

    const Plane &plane_;
    Feeder &feeder_;
    const Scenario &scenario_;
    std::uint64_t live_;
    std::uint32_t packets_ = 0;
    Samples loop_;
    Samples whole_;
};

/// A table with `live` calls of this kind of message in it, made by the program itself.
Snapshot fill(const Plane &plane, Feeder &feeder, Method method, std::uint64_t live) {
    std::fill(plane.table().begin(), plane.table().end(), ss_bucket{});
    feeder.set_messages(make_frames(method, kStateful));
    feeder.feed({true, 0, live}, static_cast<std::uint32_t>(live), XDP_TX);
    return take_snapshot(plane);
}

Table measure_all(Report &report, const Options &options, std::uint64_t live) {
    // Room for the new calls of a run, too.
    const auto capacity = static_cast<std::uint32_t>(std::max<std::uint64_t>(live, 100'000));
    const Plane plane(options.object, capacity);
    Feeder feeder(plane.program());
    const Snapshot by_call_id = fill(plane, feeder, Method::kInvite, live);
    const Snapshot by_source = fill(plane, feeder, Method::kWithoutCallId, live);
    Table table{
        "ns a packet, " + count_name(live) + " live calls", {"least", "median", "loop"}, {}, ""};
    for (const Scenario &scenario : kScenarios) {
        if (scenario.name.find(options.only) == std::string::npos || live < scenario.least_live) {
            continue;
        }
        Measurement measurement(plane, feeder, scenario, live);
        measurement.run(scenario.state == SS_CALL_SOURCE ? by_source : by_call_id,
                        options.runs_or(40, 15));
        const std::string name = "packet." + scenario.name + "." + count_name(live);
        report.add(name + ".min", measurement.least(), "ns");
        report.add(name + ".median", measurement.median(), "ns");
        report.add(name + ".loop", measurement.loop(), "ns");
        table.rows.push_back({scenario.name,
                              {number(measurement.least()), number(measurement.median()),
                               number(measurement.loop())}});
    }
    return table;
}

} // namespace

Report measure_packet(const Options &options) {
    Report report;
    std::vector<std::uint64_t> sizes{1'000, 100'000};
    if (!options.quick) {
        sizes.push_back(1'000'000);
    }
    for (const std::uint64_t live : sizes) {
        report.tables.push_back(measure_all(report, options, live));
    }
    report.tables.back().note = kNote;
    return report;
}

} // namespace sipsteer::bench

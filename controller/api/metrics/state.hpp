// SPDX-License-Identifier: Apache-2.0
//
// What the metrics are made of: the daemon's state at one moment, as plain values. Counters only
// grow while the thing they are about is there.
#pragma once

#include "base/latency.hpp"

#include <sipsteer/counters.h>
#include <sipsteer/guard.h>
#include <sipsteer/method.h>
#include <sipsteer/reason.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sipsteer::metrics {

struct Service {
    std::string name;
    ss_traffic traffic{};
    std::array<std::uint64_t, SS_METHODS> messages{}; // by enum ss_method
    ss_guard_counters guard{};
};

/// The guard's lists.
struct GuardLists {
    /// By service ("": all) and action.
    std::map<std::pair<std::string, std::string>, std::uint64_t> prefixes;
    std::uint64_t bans = 0;
};

struct Pool {
    std::string name;
    bool up = false; // it takes new calls
    ss_call_counters calls{};
};

/// The probes of one server by one path.
struct Probe {
    std::string path; // "direct" or "dsr"
    bool up = false;
    std::map<std::string, std::uint64_t> results; // by outcome
    std::uint64_t transitions = 0;                // up to down and down to up
    Latency latency;
};

struct Server {
    std::string pool;
    std::string name;
    bool enabled = false; // new calls are wanted on it
    bool up = false;      // not known to be down
    bool forwards = false;
    bool takes_new = false;
    bool neighbour_resolved = false;
    double weight = 0; // in force now
    ss_server_counters counters{};
    std::array<std::uint64_t, SS_CALL_STATES> calls{}; // in the table, by enum ss_call_state
    std::optional<double> draining_seconds;            // so far; absent: it is not draining
    std::vector<Probe> probes;                         // each path once
};

struct Interface {
    std::string name;
    bool attached = false;
    bool native = false; // meaningless unless attached
    bool up = false;     // with carrier
};

struct Vip {
    std::string address;
    std::string interface;
    bool present = false;
};

struct Table {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t calls = 0;
    std::uint64_t calls_before = 0; // of them: in the table before it was resized
    double fill = 0;                // share of the entries that are taken
    std::uint64_t full_buckets = 0;
    bool resizing = false;
};

struct Sweep {
    std::uint64_t passes = 0;
    std::uint64_t expired = 0;
    double last_pass_seconds = 0; // from its first slice to its last
    double cpu_seconds = 0;       // of all passes
};

struct Fragments {
    std::uint64_t held = 0;
    std::uint64_t released = 0;
    std::uint64_t bytes_held = 0;                  // now
    std::map<std::string, std::uint64_t> given_up; // by cause
};

struct Trace {
    std::uint64_t clients = 0;    // now
    std::uint64_t packets = 0;    // given to clients
    std::uint64_t lost_early = 0; // that found no room on the way to the daemon
    std::uint64_t lost_late = 0;  // that a client was too slow for
};

/// This director's part in its cluster.
struct Cluster {
    struct Director {
        std::string name;
        bool up = false;
        double lag = 0; // seconds
    };

    bool tells = false; // connected to Redis
    bool hears = false; // likewise
    bool caught_up = false;
    std::uint64_t shared = 0;  // calls of the table
    std::uint64_t waiting = 0; // likewise: to be told
    std::uint64_t sent = 0;    // accounts
    std::uint64_t lost = 0;    // likewise
    std::uint64_t malformed = 0;
    std::map<std::string, std::uint64_t> received; // by result
    std::vector<Director> directors;
};

/// By route, method and status.
using RequestKey = std::tuple<std::string, std::string, unsigned>;

struct Requests {
    std::map<RequestKey, std::uint64_t> count;
    std::map<std::string, Latency> latency; // by route

    /// `took`: absent of a request that was refused before it was handled. Clients cannot make up
    /// labels: methods that the API never takes are "other".
    void note(const std::string &route, const std::string &method, unsigned status,
              std::optional<std::chrono::microseconds> took) {
        static const std::set<std::string> known{"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"};
        ++count[{route, known.count(method) != 0 ? method : "other", status}];
        if (took) {
            latency[route].note(*took);
        }
    }
};

struct State {
    std::string version;
    std::uint32_t layout = 0;
    double start_time = 0; // Unix time in seconds
    bool ready = false;
    std::vector<Interface> interfaces;
    std::vector<Vip> vips;
    std::map<std::string, std::uint64_t> repairs; // by what was put back
    std::vector<Service> services;
    std::vector<Pool> pools;
    std::vector<Server> servers;
    std::array<ss_traffic, SS_REASON_COUNT * SS_VERDICTS> reasons{}; // by ss_reason_index()
    Table table;
    Sweep sweep;
    Fragments fragments;
    GuardLists guard;
    std::map<std::string, std::uint64_t> rejects; // by result
    std::uint64_t call_events_lost = 0;
    std::uint64_t log_lines_lost = 0;
    std::uint64_t state_files_unsaved = 0;
    bool last_reload_successful = true;
    double loop_stalled_seconds = 0; // of all stalls
    double loop_longest_stall_seconds = 0;
    Trace trace;
    Requests requests;
    std::optional<Cluster> cluster; // absent: none is configured
};

} // namespace sipsteer::metrics

// SPDX-License-Identifier: Apache-2.0
#include "config/pairings.hpp"

#include "config/cursor.hpp"
#include "config/fields.hpp"

#include <algorithm>

namespace sipsteer::config {

namespace {

constexpr const char *kNeedsStateful = " needs mode \"stateful\": ";

template <typename T, std::size_t N>
std::string quoted(const Choice<T> (&choices)[N], T value) {
    const auto *found =
        std::find_if(std::begin(choices), std::end(choices),
                     [&](const Choice<T> &choice) { return choice.value == value; });
    return found == std::end(choices) ? "" : '"' + std::string(found->text) + '"';
}

/// Complains about a field once.
class Complaints {
public:
    Complaints(std::string path, Errors &errors) : path_(std::move(path)), errors_(errors) {}

    void add(const char *field, const std::string &message) const {
        const std::string at = field_path(path_, field);
        if (!errors_.has(at)) {
            errors_.add(at, message);
        }
    }

private:
    std::string path_;
    Errors &errors_;
};

bool is_by_state(Scheduler scheduler) {
    return scheduler != Scheduler::Hash && scheduler != Scheduler::Source;
}

/// What a pool without a call table cannot do.
void check_stateless(const Pool &pool, const Complaints &complaints) {
    if (is_by_state(pool.scheduler)) {
        complaints.add("scheduler",
                       quoted(kSchedulers, pool.scheduler) + kNeedsStateful +
                           "in a stateless pool two messages of a call would reach two servers");
    }
    if (pool.key == Key::AddressOfRecord) {
        complaints.add("key",
                       quoted(kKeys, pool.key) + kNeedsStateful +
                           "the call table finds the other messages of a dialog by their Call-ID");
    }
}

void check_stateless_server(const Server &server, const Complaints &complaints) {
    const std::string counts_none =
        kNeedsStateful + std::string("a stateless pool counts no calls");
    if (server.max_calls != 0) {
        complaints.add("max_calls", std::to_string(server.max_calls) + counts_none);
    }
    if (server.max_new_calls_per_second != 0) {
        complaints.add("max_new_calls_per_second",
                       std::to_string(server.max_new_calls_per_second) + counts_none);
    }
    if (server.admin == Admin::Draining) {
        complaints.add("admin", quoted(kAdmin, server.admin) + kNeedsStateful +
                                    "a stateless pool cannot keep calls");
    }
}

/// The address of record chooses a slot of the Maglev ring; the others do not look at it.
void check_key(const Pool &pool, const Complaints &complaints) {
    const bool ring = pool.scheduler == Scheduler::Hash || pool.scheduler == Scheduler::LeastCalls;
    if (pool.key == Key::AddressOfRecord && !ring) {
        complaints.add("key", quoted(kKeys, pool.key) +
                                  " needs scheduler \"hash\" or \"least-calls\": " +
                                  quoted(kSchedulers, pool.scheduler) + " does not use the key");
    }
}

/// A pool that could never be up is a mistake; one without servers is not ready yet.
void check_counts(const Pool &pool, const Complaints &complaints) {
    const std::size_t servers = pool.servers.size();
    if (servers == 0) {
        return;
    }
    const auto check = [&](const char *field, std::uint16_t value) {
        if (value > servers) {
            complaints.add(field, std::to_string(value) + " is more than the pool's " +
                                      std::to_string(servers) +
                                      (servers == 1 ? " server" : " servers"));
        }
    };
    check("quorum", pool.quorum);
    check("tier_minimum", pool.tier_minimum);
}

} // namespace

void check_pairings(const Pool &pool, const std::string &path, Errors &errors) {
    const Complaints complaints(path, errors);
    if (pool.mode == PoolMode::Stateless) {
        check_stateless(pool, complaints);
        for (std::size_t i = 0; i < pool.servers.size(); i++) {
            const std::string server = element_path(field_path(path, "servers"), i);
            check_stateless_server(pool.servers[i], Complaints(server, errors));
        }
    }
    check_key(pool, complaints);
    check_counts(pool, complaints);
}

} // namespace sipsteer::config

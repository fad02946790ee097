// SPDX-License-Identifier: Apache-2.0
#include "config/pairings.hpp"

#include "config/choices.hpp"
#include "config/cursor.hpp"

namespace sipsteer::config {

namespace {

template <typename T>
std::string quoted(T value) {
    return '"' + std::string(word(value)) + '"';
}

std::string needs_stateful(const std::string &why) {
    return " needs mode " + quoted(PoolMode::Stateful) + ": " + why;
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

bool is_by_user(Key key) {
    return ss_key_is_of_user(static_cast<std::uint32_t>(key)) != 0;
}

bool is_by_state(Scheduler scheduler) {
    return scheduler != Scheduler::Hash && scheduler != Scheduler::Source;
}

/// What a pool without a call table cannot do.
void check_stateless(const Pool &pool, const Complaints &complaints) {
    if (is_by_state(pool.scheduler)) {
        complaints.add("scheduler",
                       quoted(pool.scheduler) +
                           needs_stateful("in a stateless pool two messages of a call would reach "
                                          "two servers"));
    }
    if (is_by_user(pool.key)) {
        complaints.add("key",
                       quoted(pool.key) + needs_stateful("the call table finds the other messages "
                                                         "of a dialog by their Call-ID"));
    }
}

void check_stateless_server(const Server &server, const Complaints &complaints) {
    const std::string counts_none = needs_stateful("a stateless pool counts no calls");
    if (server.max_calls != 0) {
        complaints.add("max_calls", std::to_string(server.max_calls) + counts_none);
    }
    if (server.max_new_calls_per_second != 0) {
        complaints.add("max_new_calls_per_second",
                       std::to_string(server.max_new_calls_per_second) + counts_none);
    }
    if (server.admin == Admin::Draining) {
        complaints.add("admin",
                       quoted(server.admin) + needs_stateful("a stateless pool cannot keep calls"));
    }
}

/// The address of record chooses a slot of the Maglev ring; the others do not look at it.
void check_key(const Pool &pool, const Complaints &complaints) {
    const bool ring = pool.scheduler == Scheduler::Hash || pool.scheduler == Scheduler::LeastCalls;
    if (is_by_user(pool.key) && !ring) {
        complaints.add("key", quoted(pool.key) + " needs scheduler " + quoted(Scheduler::Hash) +
                                  " or " + quoted(Scheduler::LeastCalls) + ": " +
                                  quoted(pool.scheduler) + " does not use the key");
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

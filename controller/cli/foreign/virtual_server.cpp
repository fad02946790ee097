// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/virtual_server.hpp"

#include "cli/foreign/checker.hpp"
#include "cli/foreign/virtual_service.hpp"

#include <sipsteer/limits.h>

#include <optional>
#include <vector>

namespace sipsteer::foreign {

namespace {

/// "198.51.100.7 5060", from the word at `index` on; `port` where none is there, 0: it is wanted.
std::optional<Endpoint> endpoint_at(const Statement &statement, std::size_t index,
                                    std::uint16_t port) {
    const auto text = statement.word(index + 1);
    const auto address = Address::parse(statement.word(index));
    const auto given =
        text.empty() ? std::optional<std::uint32_t>(port) : number_of(text, 1, 65535);
    const bool good = address && given && *given != 0;
    return good ? std::optional(Endpoint{*address, static_cast<std::uint16_t>(*given)})
                : std::nullopt;
}

bool is_one_of(const std::string &name, std::initializer_list<const char *> names) {
    for (const auto *one : names) {
        if (name == one) {
            return true;
        }
    }
    return false;
}

Forwarding forwarding_of(const std::string &kind) {
    return kind == "DR"    ? Forwarding::Route
           : kind == "TUN" ? Forwarding::Tunnel
                           : Forwarding::Masquerade;
}

class ServerReader {
public:
    ServerReader(Draft &draft, const Statement &statement, const Groups &groups)
        : draft_(draft), statement_(statement), groups_(groups) {}

    void read() {
        for (const auto &field : statement_.block) {
            protocol_ = field.name() == "protocol" ? field.word(1) : protocol_;
        }
        if (protocol_ != "UDP") {
            draft_.left_out(statement_.line, "virtual_server of protocol " + protocol_ +
                                                 ": sipsteer steers UDP alone");
            return;
        }
        const auto name = pool_name();
        if (!add_services(name)) {
            return;
        }
        pool_ = draft_.add_pool(name);
        for (const auto &field : statement_.block) {
            read_field(field);
        }
        apply(draft_, statement_.line, pool_, scheduling_);
        for (const auto *server : servers_) {
            read_server(*server);
        }
        if (sorry_ != nullptr) {
            read_sorry_server();
        }
    }

private:
    std::string pool_name() const {
        const auto group = statement_.word(2);
        const bool is_free = statement_.word(1) == "group" && is_name(group);
        return is_free ? group : draft_.next_pool_name();
    }

    /// False: there is none.
    bool add_services(const std::string &pool) {
        if (statement_.word(1) != "group") {
            return add_service(statement_, 1, pool);
        }
        const auto group = groups_.find(statement_.word(2));
        if (group == groups_.end()) {
            draft_.left_out(statement_.line,
                            "there is no virtual_server_group " + statement_.word(2));
            return false;
        }
        bool any = false;
        for (const auto &member : group->second->block) {
            any = add_service(member, 0, pool) || any;
        }
        if (!any) {
            draft_.left_out(statement_.line, "virtual_server without a service");
        }
        return any;
    }

    bool add_service(const Statement &where, std::size_t index, const std::string &pool) {
        const auto vip = endpoint_at(where, index, 0);
        if (!vip) {
            draft_.left_out(where.line, where.word(index) + " " + where.word(index + 1) +
                                            ": a service is one address and one port");
            return false;
        }
        port_ = vip->port;
        return draft_.add_service(where.line, *vip, pool);
    }

    void read_field(const Statement &field) {
        const auto &name = field.name();
        if (read_timer(field, timers_) || is_one_of(name, {"protocol", "ip_family"})) {
            return;
        }
        if (is_one_of(name, {"lb_algo", "lvs_sched"})) {
            scheduling_.scheduler = field.word(1);
        } else if (is_one_of(name, {"lb_kind", "lvs_method"})) {
            forwarding_ = forwarding_of(field.word(1));
        } else if (name == "real_server") {
            servers_.push_back(&field);
        } else if (name == "sorry_server") {
            sorry_ = &field;
        } else if (name == "quorum" && field.word(1) == "1") {
            return; // the default
        } else if (name == "quorum") {
            draft_.left_out(field.line, "quorum " + field.word(1) +
                                            " counts weights and runs scripts; see quorum and "
                                            "tier_minimum of a pool");
        } else {
            read_scheduling(field);
        }
    }

    void read_scheduling(const Statement &field) {
        const auto &name = field.name();
        if (name == "persistence_timeout") {
            scheduling_.persistence = field.word(1);
        } else if (name == "persistence_engine") {
            scheduling_.engine = field.word(1);
        } else if (name == "persistence_granularity") {
            scheduling_.netmask = field.word(1);
        } else if (name == "ops") {
            scheduling_.one_packet = true;
        } else if (is_one_of(name, {"sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1",
                                    "flag-2", "flag-3"})) {
            scheduling_.flags.push_back(name);
        } else {
            draft_.left_out(field.line, name + " of virtual_server");
        }
    }

    void read_server(const Statement &statement) {
        const auto address = endpoint_at(statement, 1, port_);
        if (!address) {
            draft_.left_out(statement.line, "real_server " + statement.word(1) + " " +
                                                statement.word(2) + " is no address and port");
            return;
        }
        config::Server server;
        server.address = address->address;
        server.port = address->port;
        server.weight = 1;
        auto timers = timers_;
        auto forwarding = forwarding_;
        const Statement *checker = nullptr;
        for (const auto &field : statement.block) {
            if (field.name() == "lvs_method") {
                forwarding = forwarding_of(field.word(1));
            } else if (is_checker(field) && checker == nullptr) {
                checker = &field;
            } else if (!read_timer(field, timers)) {
                read_server_field(field, server);
            }
        }
        check_forwarding(draft_, statement.line, forwarding);
        check_port(draft_, statement.line, address->port, port_);
        probe_with(statement, checker, timers, server);
        draft_.add_server(statement.line, pool_, std::move(server));
    }

    void read_server_field(const Statement &field, config::Server &server) {
        const auto &name = field.name();
        if (name == "weight") {
            server.weight = weight_of(draft_, field.line, field.word(1));
        } else if (const auto limit = number_of(field.word(1), 0, SS_MAX_CALLS);
                   name == "uthreshold" && limit) {
            server.max_calls = *limit;
        } else {
            draft_.left_out(field.line, name + " of real_server " + server.address.to_string());
        }
    }

    /// A pool has one probe: the first check's.
    void probe_with(const Statement &statement, const Statement *checker, const Timers &timers,
                    config::Server &server) {
        if (ignores_weights(scheduling_.scheduler) && server.weight != 0) {
            server.weight = config::Server{}.weight;
        }
        if (checker == nullptr) {
            draft_.note(statement.line, "no check here; sipsteer probes each server of a pool");
            return;
        }
        const auto check = read_checker(draft_, *checker, timers);
        server.port = check.port.value_or(server.port);
        auto &probe = draft_.pool(pool_).probe;
        if (first_checker_ == 0) {
            probe = check.probe;
            first_checker_ = checker->line;
        } else if (probe != check.probe) {
            draft_.left_out(checker->line, "a check that differs; the pool has one probe, from "
                                           "line " +
                                               std::to_string(first_checker_));
        }
    }

    void read_sorry_server() {
        const auto address = endpoint_at(*sorry_, 1, port_);
        if (!address) {
            draft_.left_out(sorry_->line, "sorry_server is no address and port");
            return;
        }
        config::Server server;
        server.name = "sorry";
        server.address = address->address;
        server.port = address->port;
        server.tier = 1;
        check_forwarding(draft_, sorry_->line, forwarding_);
        check_port(draft_, sorry_->line, address->port, port_);
        draft_.note(sorry_->line, "sorry_server becomes a server of tier 1");
        draft_.add_server(sorry_->line, pool_, std::move(server));
    }

    Draft &draft_;
    const Statement &statement_;
    const Groups &groups_;
    std::size_t pool_ = 0;
    std::uint16_t port_ = 0;       // of the service
    std::string protocol_ = "TCP"; // keepalived's default, as the next two
    Scheduling scheduling_;
    Forwarding forwarding_ = Forwarding::Masquerade;
    Timers timers_;
    std::vector<const Statement *> servers_;
    const Statement *sorry_ = nullptr;
    unsigned first_checker_ = 0; // its line; 0: none yet
};

} // namespace

void read_virtual_server(Draft &draft, const Statement &statement, const Groups &groups) {
    ServerReader(draft, statement, groups).read();
}

} // namespace sipsteer::foreign

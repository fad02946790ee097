// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/dispatcher.hpp"

#include "cli/foreign/draft.hpp"
#include "cli/foreign/lines.hpp"
#include "cli/foreign/virtual_service.hpp"

#include <sipsteer/limits.h>

#include <map>
#include <optional>

namespace sipsteer::foreign {

namespace {

// Flags of a destination.
constexpr std::uint32_t kInactive = 1;
constexpr std::uint32_t kTrying = 2;
constexpr std::uint32_t kDisabled = 4;
constexpr std::uint32_t kProbing = 8;

/// The part of a SIP URI between its scheme with the user, and its parameters.
struct Destination {
    std::optional<Endpoint> endpoint;
    std::vector<std::string> parameters;
    bool is_sip = false;
};

Destination read_destination(const std::string &uri) {
    Destination destination;
    auto parts = split(uri, ';');
    if (parts.empty() || !parts[0].starts_with("sip:")) {
        return destination;
    }
    destination.is_sip = true;
    auto host = parts[0].substr(4);
    if (const auto at = host.find('@'); at != host.npos) {
        host.erase(0, at + 1);
    }
    destination.endpoint = endpoint_of(host, kSipPort);
    destination.parameters.assign(parts.begin() + 1, parts.end());
    return destination;
}

class ListReader {
public:
    explicit ListReader(const Wanted &wanted) : wanted_(wanted) {}

    void read(const Line &line) {
        line_ = line.number;
        const auto &words = line.words;
        if (words.size() < 2 || !number_of(words[0], 0, UINT32_MAX)) {
            draft_.left_out(line_, "no set and destination");
            return;
        }
        const auto destination = read_destination(words[1]);
        if (!is_steered(words[1], destination)) {
            return;
        }
        config::Server server;
        server.address = destination.endpoint->address;
        server.port = destination.endpoint->port;
        const auto pool = pool_of(words[0]);
        read_flags(words.size() > 2 ? words[2] : "0", server);
        read_priority(words.size() > 3 ? words[3] : "0", words[0]);
        read_attributes(words.size() > 4 ? words[4] : "", pool, server);
        for (std::size_t i = 5; i < words.size(); i++) {
            draft_.left_out(line_, "\"" + words[i] + "\" behind the attributes");
        }
        if (const auto service = ports_.find(words[0]); service != ports_.end()) {
            check_port(draft_, line_, server.port, service->second);
        }
        draft_.add_server(line_, pool, std::move(server));
    }

    Imported finish() {
        for (const auto &[set, line] : unserved_) {
            draft_.left_out(line, "set " + set + " has no VIP; name one more with --vip");
        }
        for (std::size_t i = pools_.size(); i < wanted_.vips.size(); i++) {
            draft_.left_out(0, "VIP " + wanted_.vips[i] + ": the file has no set for it");
        }
        draft_.note(0, "the algorithm is in the script of Kamailio (ds_select_dst), not in the "
                       "list; the pools have scheduler \"hash\", which is algorithm 0");
        return draft_.finish(wanted_);
    }

private:
    bool is_steered(const std::string &uri, const Destination &destination) {
        if (!destination.is_sip) {
            draft_.left_out(line_, uri + " is no sip: URI");
            return false;
        }
        for (const auto &parameter : destination.parameters) {
            if (parameter.starts_with("transport=") && parameter != "transport=udp") {
                draft_.left_out(line_, uri + ": sipsteer steers UDP alone");
                return false;
            }
        }
        if (!destination.endpoint) {
            draft_.left_out(line_, uri + ": write the server's address in place of its name");
            return false;
        }
        for (const auto &parameter : destination.parameters) {
            if (parameter != "transport=udp") {
                draft_.left_out(line_, "parameter " + parameter);
            }
        }
        return true;
    }

    std::size_t pool_of(const std::string &set) {
        if (const auto known = pools_.find(set); known != pools_.end()) {
            return known->second;
        }
        const auto pool = draft_.add_pool("set-" + set);
        if (pools_.size() < wanted_.vips.size()) {
            const auto vip = *endpoint_of(wanted_.vips[pools_.size()], kSipPort);
            draft_.add_service(line_, vip, "set-" + set);
            ports_[set] = vip.port;
        } else {
            unserved_[set] = line_;
        }
        pools_[set] = pool;
        return pool;
    }

    void read_flags(const std::string &text, config::Server &server) {
        const auto flags = number_of(text, 0, UINT32_MAX);
        if (!flags) {
            draft_.left_out(line_, "flags " + text);
            return;
        }
        if ((*flags & (kInactive | kDisabled)) != 0) {
            server.admin = config::Admin::Disabled;
        }
        if ((*flags & kTrying) != 0) {
            draft_.note(line_, "flag 2 (trying): probes find out");
        }
        if (const auto rest = *flags & ~(kInactive | kTrying | kDisabled | kProbing); rest != 0) {
            draft_.left_out(line_, "flags " + std::to_string(rest));
        }
    }

    /// Only some algorithms look at priorities, so one alone in a set says nothing.
    void read_priority(const std::string &priority, const std::string &set) {
        const auto [first, is_new] = priorities_.try_emplace(set, priority);
        if (!is_new && first->second != priority) {
            draft_.left_out(line_, "priority " + priority +
                                       ": where the algorithm looks at it (8), set tier: 0 for "
                                       "the servers to take first");
        }
    }

    void read_attributes(const std::string &text, std::size_t pool, config::Server &server) {
        std::map<std::string, std::string> weights; // "weight" and "rweight": of two algorithms
        for (const auto &attribute : split(text, ';')) {
            const auto equals = attribute.find('=');
            const auto name = attribute.substr(0, equals);
            const auto value =
                equals == attribute.npos ? std::string() : attribute.substr(equals + 1);
            if (name == "weight" || name == "rweight") {
                weights[name] = value;
            } else if (!read_attribute(name, value, pool, server)) {
                draft_.left_out(line_, "attribute " + attribute);
            }
        }
        if (weights.size() == 2 && weights["weight"] != weights["rweight"]) {
            draft_.left_out(line_, "attribute rweight=" + weights["rweight"]);
            weights.erase("rweight");
        }
        if (!weights.empty()) {
            server.weight = weight_of(draft_, line_, weights.begin()->second);
        }
    }

    /// False: there is nothing like it.
    bool read_attribute(const std::string &name, const std::string &value, std::size_t pool,
                        config::Server &server) {
        if (name == "duid" && is_name(value)) {
            server.name = value;
            return true;
        }
        if (name == "maxload") {
            const auto limit = number_of(value, 0, SS_MAX_CALLS);
            server.max_calls = limit.value_or(0);
            return limit.has_value();
        }
        if (name == "ping_from" && is_sip_uri(value)) {
            auto &from = draft_.pool(pool).probe.from; // one for all servers of the pool
            from = from.value_or(value);
            return *from == value;
        }
        return false;
    }

    const Wanted &wanted_;
    Draft draft_;
    std::map<std::string, std::size_t> pools_;      // by set
    std::map<std::string, unsigned> unserved_;      // sets without a VIP: their first line
    std::map<std::string, std::uint16_t> ports_;    // of the sets' services
    std::map<std::string, std::string> priorities_; // the first of each set
    unsigned line_ = 0;
};

} // namespace

Imported import_dispatcher(const std::string &text, const Wanted &wanted) {
    ListReader reader(wanted);
    for (const auto &line : lines_of(text, "#")) {
        reader.read(line);
    }
    return reader.finish();
}

} // namespace sipsteer::foreign

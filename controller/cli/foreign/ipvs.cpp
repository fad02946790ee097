// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/ipvs.hpp"

#include "cli/foreign/draft.hpp"
#include "cli/foreign/lines.hpp"
#include "cli/foreign/virtual_service.hpp"

#include <sipsteer/limits.h>

#include <map>
#include <optional>

namespace sipsteer::foreign {

namespace {

/// An option by its short letter, those without one by a letter that is none's.
struct Option {
    char letter = 0;
    bool has_value = false;
};

const std::map<std::string, Option> kOptions = {
    {"-A", {'A'}},
    {"--add-service", {'A'}},
    {"-a", {'a'}},
    {"--add-server", {'a'}},
    {"-C", {'C'}},
    {"--clear", {'C'}},
    {"-u", {'u', true}},
    {"--udp-service", {'u', true}},
    {"-t", {'t', true}},
    {"--tcp-service", {'t', true}},
    {"-f", {'f', true}},
    {"--fwmark-service", {'f', true}},
    {"-s", {'s', true}},
    {"--scheduler", {'s', true}},
    {"-b", {'b', true}},
    {"--sched-flags", {'b', true}},
    {"-M", {'M', true}},
    {"--netmask", {'M', true}},
    {"-r", {'r', true}},
    {"--real-server", {'r', true}},
    {"-w", {'w', true}},
    {"--weight", {'w', true}},
    {"-x", {'x', true}},
    {"--u-threshold", {'x', true}},
    {"-y", {'y', true}},
    {"--l-threshold", {'y', true}},
    {"--pe", {'P', true}},
    {"--sctp-service", {'S', true}},
    {"-p", {'p'}},
    {"--persistent", {'p'}},
    {"-o", {'o'}},
    {"--ops", {'o'}},
    {"-g", {'g'}},
    {"--gatewaying", {'g'}},
    {"-i", {'i'}},
    {"--ipip", {'i'}},
    {"-m", {'m'}},
    {"--masquerading", {'m'}},
    {"-n", {'n'}},
    {"--numeric", {'n'}},
    {"-6", {'n'}},
    {"--ipv6", {'n'}},
    {"--tun-type", {'T', true}},
    {"--tun-port", {'T', true}},
    {"--tun-nocsum", {'T'}},
    {"--tun-csum", {'T'}},
    {"--tun-remcsum", {'T'}},
};

/// A rule: its options by letter.
using Rule = std::map<char, std::string>;

/// Nothing, and a remark, if the line is no rule that can be read.
std::optional<Rule> read_rule(Draft &draft, const Line &line) {
    Rule rule;
    for (std::size_t i = 0; i < line.words.size(); i++) {
        auto word = line.words[i];
        std::optional<std::string> value;
        if (const auto equals = word.find('='); word.starts_with("--") && equals != word.npos) {
            value = word.substr(equals + 1);
            word.resize(equals);
        }
        const auto known = kOptions.find(word);
        if (known == kOptions.end()) {
            draft.left_out(line.number, "\"" + word + "\" is not known here");
            return std::nullopt;
        }
        const bool follows = i + 1 < line.words.size() && !line.words[i + 1].starts_with('-');
        const bool may = known->second.has_value || known->second.letter == 'p';
        if (!value && may && follows) {
            value = line.words[++i];
        }
        if (known->second.has_value && !value) {
            draft.left_out(line.number, word + " has no value");
            return std::nullopt;
        }
        rule[known->second.letter] = value.value_or("");
    }
    return rule;
}

class RuleReader {
public:
    void read(const Line &line) {
        const auto rule = read_rule(draft_, line);
        if (!rule || rule->contains('C')) {
            return;
        }
        line_ = line.number;
        if (rule->contains('A')) {
            read_service(*rule);
        } else if (rule->contains('a')) {
            read_server(*rule);
        } else {
            draft_.left_out(line_, "only the commands -A and -a are read");
        }
    }

    Draft &draft() { return draft_; }

private:
    /// A service that is in the draft, or is left out.
    struct Known {
        std::optional<std::size_t> pool;
        std::uint16_t port = 0;
        bool equal_weights = false;
    };

    /// The text that names it; empty, and why, if it is none of UDP.
    std::string udp_service(const Rule &rule) {
        if (const auto found = rule.find('u'); found != rule.end()) {
            return found->second;
        }
        const char *what = rule.contains('t')   ? "TCP service: sipsteer steers UDP alone"
                           : rule.contains('S') ? "SCTP service: sipsteer steers UDP alone"
                           : rule.contains('f') ? "firewall mark: a service is an address and a "
                                                  "port"
                                                : "no service is named";
        draft_.left_out(line_, what);
        return "";
    }

    void read_service(const Rule &rule) {
        const auto name = udp_service(rule);
        if (name.empty()) {
            return;
        }
        Known &known = services_[name]; // its servers are then left out with it
        const auto vip = endpoint_of(name, 0);
        if (!vip) {
            draft_.left_out(line_, name + " is no address with a port; write numbers with "
                                          "ipvsadm-save -n");
            return;
        }
        const auto pool = draft_.next_pool_name();
        if (!draft_.add_service(line_, *vip, pool)) {
            return;
        }
        const auto scheduling = read_scheduling(rule);
        known = {draft_.add_pool(pool), vip->port, ignores_weights(scheduling.scheduler)};
        apply(draft_, line_, *known.pool, scheduling);
    }

    Scheduling read_scheduling(const Rule &rule) const {
        Scheduling scheduling;
        const auto take = [&](char letter, std::string &out) {
            if (const auto found = rule.find(letter); found != rule.end()) {
                out = found->second;
            }
        };
        take('s', scheduling.scheduler);
        take('P', scheduling.engine);
        take('M', scheduling.netmask);
        if (const auto found = rule.find('p'); found != rule.end()) {
            scheduling.persistence = found->second;
        }
        scheduling.one_packet = rule.contains('o');
        std::string flags;
        take('b', flags);
        scheduling.flags = split(flags, ',');
        return scheduling;
    }

    void read_server(const Rule &rule) {
        const auto name = udp_service(rule);
        if (name.empty()) {
            return;
        }
        const auto known = services_.find(name);
        if (known == services_.end() || !known->second.pool) {
            draft_.left_out(line_, "its service " + name + " is not there");
            return;
        }
        const auto real = rule.find('r');
        const auto address =
            real == rule.end() ? std::nullopt : endpoint_of(real->second, known->second.port);
        if (!address) {
            draft_.left_out(line_, "no address of a server; write numbers with ipvsadm-save -n");
            return;
        }
        config::Server server;
        server.address = address->address;
        server.port = address->port;
        server.weight = read_weight(rule, known->second);
        server.max_calls = read_limit(rule);
        if (draft_.add_server(line_, *known->second.pool, std::move(server))) {
            check_way(rule, address->port, known->second.port);
        }
    }

    std::uint16_t read_weight(const Rule &rule, const Known &known) {
        const auto found = rule.find('w');
        const auto weight = weight_of(draft_, line_, found == rule.end() ? "1" : found->second);
        return known.equal_weights && weight != 0 ? config::Server{}.weight : weight;
    }

    std::uint32_t read_limit(const Rule &rule) {
        if (const auto found = rule.find('y'); found != rule.end() && found->second != "0") {
            draft_.left_out(line_, "lower threshold " + found->second +
                                       ": a server takes calls again below max_calls");
        }
        const auto found = rule.find('x');
        if (found == rule.end()) {
            return 0;
        }
        const auto limit = number_of(found->second, 0, SS_MAX_CALLS);
        if (!limit) {
            draft_.left_out(line_, "upper threshold " + found->second);
        }
        return limit.value_or(0);
    }

    void check_way(const Rule &rule, std::uint16_t port, std::uint16_t service_port) {
        const auto forwarding = rule.contains('m')   ? Forwarding::Masquerade
                                : rule.contains('i') ? Forwarding::Tunnel
                                                     : Forwarding::Route;
        check_forwarding(draft_, line_, forwarding);
        check_port(draft_, line_, port, service_port);
        if (rule.contains('T') && forwarding != Forwarding::Tunnel) {
            draft_.left_out(line_, "options of a tunnel");
        }
    }

    Draft draft_;
    std::map<std::string, Known> services_; // by the text that names them
    unsigned line_ = 0;
};

} // namespace

Imported import_ipvs(const std::string &text, const Wanted &wanted) {
    RuleReader reader;
    reader.draft().note(0, "IPVS checks no server; sipsteer probes each with OPTIONS");
    for (auto line : lines_of(text, "#")) {
        if (line.words.front().ends_with("ipvsadm")) { // a script's line
            line.words.erase(line.words.begin());
        }
        if (!line.words.empty()) {
            reader.read(line);
        }
    }
    return reader.draft().finish(wanted);
}

} // namespace sipsteer::foreign

// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/draft.hpp"

#include "base/plain_text.hpp"
#include "config/rules.hpp"
#include "config/sip_rules.hpp"

#include <algorithm>
#include <charconv>

namespace sipsteer::foreign {

namespace {

constexpr const char *kGuessedInterface = "eth0";

/// Why the configuration refuses this text for such a field; empty if it takes it.
template <typename Rule, typename T>
std::string fault_of(const Rule &rule, const std::string &text, T out) {
    config::Errors errors;
    const nlohmann::json value = text;
    rule.read(config::Cursor(value, errors), out);
    return errors.empty() ? "" : errors.all().front().message;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    if (text == "sip") { // as /etc/services has it
        return kSipPort;
    }
    return number_of(text, 1, 65535);
}

bool has_vip(const std::vector<config::Service> &services, const Address &address) {
    return std::any_of(services.begin(), services.end(),
                       [&](const config::Service &service) { return service.address == address; });
}

} // namespace

bool Imported::is_whole() const {
    return std::none_of(remarks.begin(), remarks.end(),
                        [](const Remark &remark) { return remark.left_out; });
}

void Draft::remark(unsigned line, bool left_out, const std::string &text) {
    remarks_.push_back({line, left_out, plain_text(text)});
}

std::string Draft::next_pool_name() const {
    return "pool-" + std::to_string(config_.pools.size() + 1);
}

std::size_t Draft::add_pool(const std::string &name) {
    config_.pools.emplace_back().name = name;
    server_lines_.emplace_back();
    return config_.pools.size() - 1;
}

bool Draft::is_usable(unsigned line, const Address &address) {
    const auto fault = fault_of(config::HostAddress{}, address.to_string(), Address{});
    if (!fault.empty()) {
        left_out(line, fault);
    }
    return fault.empty();
}

bool Draft::add_service(unsigned line, const Endpoint &vip, const std::string &pool) {
    if (!is_usable(line, vip.address)) {
        return false;
    }
    for (const auto &other : config_.services) {
        if (other.address == vip.address && other.port == vip.port) {
            left_out(line, to_string(vip) + " is already service \"" + other.name + "\"");
            return false;
        }
    }
    config::Service service;
    service.name = "sip-" + std::to_string(config_.services.size() + 1);
    service.address = vip.address;
    service.port = vip.port;
    service.pool = pool;
    config_.services.push_back(std::move(service));
    return true;
}

bool Draft::add_server(unsigned line, std::size_t pool, config::Server server) {
    if (!is_usable(line, server.address)) {
        return false;
    }
    auto &servers = config_.pools[pool].servers;
    const Endpoint endpoint{server.address, server.port};
    for (const auto &other : servers) {
        if (other.address == server.address && other.port == server.port) {
            left_out(line, to_string(endpoint) + " is already server \"" + other.name + "\"");
            return false;
        }
        if (other.name == server.name) {
            left_out(line, "name \"" + server.name + "\" is already that of " +
                               other.address.to_string());
            server.name.clear();
        }
    }
    if (server.name.empty()) {
        server.name = "server-" + std::to_string(servers.size() + 1);
    }
    servers.push_back(std::move(server));
    server_lines_[pool].push_back(line);
    return true;
}

/// The director is its own server ("localnode"), or a server is found by the VIP alone: the
/// configuration wants the server's own address.
void Draft::remove_vips_from_servers() {
    for (std::size_t p = 0; p < config_.pools.size(); p++) {
        auto &servers = config_.pools[p].servers;
        for (std::size_t s = servers.size(); s-- > 0;) {
            if (has_vip(config_.services, servers[s].address)) {
                left_out(server_lines_[p][s], servers[s].address.to_string() +
                                                  " is the VIP; a server needs its own address");
                servers.erase(servers.begin() + static_cast<std::ptrdiff_t>(s));
            }
        }
    }
}

Imported Draft::finish(const Wanted &wanted) {
    remove_vips_from_servers();
    const bool known = !wanted.interface.empty() || !proposed_.empty();
    if (!known) {
        note(0, std::string("interface ") + kGuessedInterface +
                    " is a guess; name the director's with --interface");
    }
    const auto &name = wanted.interface.empty() ? proposed_ : wanted.interface;
    config_.interfaces.emplace_back().name = known ? name : kGuessedInterface;
    std::stable_sort(remarks_.begin(), remarks_.end(),
                     [](const Remark &a, const Remark &b) { return a.line < b.line; });
    return {std::move(config_), std::move(remarks_)};
}

std::optional<std::uint32_t> number_of(std::string_view text, std::uint32_t least,
                                       std::uint32_t most) {
    std::uint32_t number = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    const bool good = parsed.ec == std::errc() && parsed.ptr == end;
    return good && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<Endpoint> endpoint_of(std::string_view text, std::uint16_t port) {
    auto host = text;
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : text.find(':');
    const bool has_port =
        end != text.npos && text.substr(end + (bracketed ? 1 : 0)).starts_with(':');
    if (has_port) {
        const auto given = port_of(text.substr(end + (bracketed ? 2 : 1)));
        if (!given) {
            return std::nullopt;
        }
        port = *given;
        host = text.substr(0, end + (bracketed ? 1 : 0));
    }
    if (bracketed) {
        if (!host.ends_with(']')) {
            return std::nullopt;
        }
        host = host.substr(1, host.size() - 2);
    }
    const auto address = Address::parse(std::string(host));
    return address && port != 0 ? std::optional(Endpoint{*address, port}) : std::nullopt;
}

bool is_name(const std::string &text) {
    return fault_of(config::Name{}, text, std::string()).empty();
}

bool is_sip_uri(const std::string &text) {
    return fault_of(config::SipUri{}, text, std::string()).empty();
}

std::uint16_t weight_of(Draft &draft, unsigned line, const std::string &text) {
    constexpr std::uint32_t kMost = 65535;
    if (const auto weight = number_of(text, 0, kMost)) {
        return static_cast<std::uint16_t>(*weight);
    }
    const bool large = number_of(text, 0, UINT32_MAX).has_value();
    draft.left_out(line, "weight " + text + ": the server has " +
                             (large ? "the largest, 65535" : "the default, 100"));
    return large ? kMost : config::Server{}.weight;
}

} // namespace sipsteer::foreign

// SPDX-License-Identifier: Apache-2.0
#include "config/api_rules.hpp"

#include "config/patterns.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

namespace sipsteer::config {

using nlohmann::json;

namespace {

constexpr std::size_t kGroupBytes = 32; // as groupadd(8) has it

bool is_group_name(const std::string &text) {
    const auto allowed = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= kGroupBytes && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), allowed);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char *end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) {
        return std::nullopt;
    }
    return port;
}

/// An IPv6 address stands in brackets (RFC 3986, 3.2.2), an IPv4 address does not.
std::optional<Address> parse_host(std::string_view text) {
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    const auto address =
        Address::parse(std::string(bracketed ? text.substr(1, text.size() - 2) : text));
    return address && address->is_ipv4() != bracketed ? address : std::nullopt;
}

std::optional<ListenAddress> parse_address_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = parse_host(text.substr(0, colon));
    const auto port = parse_port(text.substr(colon + 1));
    if (!address || !port) {
        return std::nullopt;
    }
    return ListenAddress{*address, *port};
}

} // namespace

void GroupName::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_group_name(*text)) {
        at.fail(shown(*text) + " is not the name of a group");
        return;
    }
    out = *text;
}

json GroupName::schema() const {
    return {
        {"type", "string"},
        {"description", "the name of a group, or its number"},
        {"pattern", "^[A-Za-z0-9_.][A-Za-z0-9_.-]{0," + std::to_string(kGroupBytes - 1) + "}$"}};
}

void AddressAndPort::read(const Cursor &at, ListenAddress &out) const {
    constexpr const char *kForm = "like \"127.0.0.1:8080\" or \"[::1]:8443\"";
    const std::string *text = at.text(std::string("an address and a port ") + kForm);
    if (text == nullptr) {
        return;
    }
    const auto parsed = parse_address_and_port(*text);
    if (!parsed) {
        at.fail(shown(*text) + " is not an address and a port; write them " + kForm);
        return;
    }
    if (parsed->address.is_multicast() || parsed->address.is_broadcast() ||
        parsed->address.is_link_local()) {
        at.fail(shown(*text) + " is a multicast, broadcast or link-local address, which cannot be "
                               "used here");
        return;
    }
    out = *parsed;
}

json AddressAndPort::schema() const {
    const std::string not_ipv4 = "(?!169\\.254\\.|2(?:2[4-9]|3[0-9])\\.|255\\.255\\.255\\.255:)";
    const std::string not_ipv6 = "(?![fF][fF][0-9a-fA-F]{2}:|[fF][eE][89abAB][0-9a-fA-F]:)";
    return {{"type", "string"},
            {"description", "an address of this host and a port"},
            {"pattern", "^(?:" + not_ipv4 + ipv4_pattern() + "|\\[" + not_ipv6 + ipv6_pattern() +
                            "\\]):" + port_pattern() + "$"},
            {"examples", {"127.0.0.1:8080", "[::1]:8443"}}};
}

std::string AddressAndPort::to_text(const ListenAddress &value) {
    const std::string host = value.address.to_string();
    return (value.address.is_ipv4() ? host : '[' + host + ']') + ':' + std::to_string(value.port);
}

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
#include "farm/plan/hosts.hpp"

#include "base/address.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace sipsteer::plan {

namespace {

Address address_of(const ss_server &server) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy(std::begin(server.address), std::end(server.address), bytes.begin());
    return Address::from_bytes(bytes);
}

/// "[2001:db8:0:0:0:0:0:7]"
std::string eight_groups(const Address &address) {
    std::string text = "[";
    for (std::size_t i = 0; i < 16; i += 2) {
        char group[8] = {};
        std::snprintf(group, sizeof(group), "%x",
                      static_cast<unsigned>(address.bytes()[i] << 8 | address.bytes()[i + 1]));
        text += group;
        text += i == 14 ? ']' : ':';
    }
    return text;
}

std::string in_capitals(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

} // namespace

std::string host_text(const ss_server &server) {
    const auto address = address_of(server);
    return address.is_ipv4() ? address.to_string() : "[" + address.to_string() + "]";
}

std::vector<std::string> host_spellings(const ss_server &server) {
    std::vector<std::string> spellings = {host_text(server)};
    const auto address = address_of(server);
    if (address.is_ipv4()) {
        return spellings;
    }
    const auto groups = eight_groups(address);
    for (const auto &text : {groups, in_capitals(spellings[0]), in_capitals(groups)}) {
        if (std::find(spellings.begin(), spellings.end(), text) == spellings.end()) {
            spellings.push_back(text);
        }
    }
    return spellings;
}

ss_host_key host_key(const ss_server &server, const std::string &host) {
    ss_host_key key = {};
    std::copy_n(host.begin(), std::min<std::size_t>(host.size(), SS_HOST_SIZE - 1), key.host);
    key.pool = server.pool;
    return key;
}

} // namespace sipsteer::plan

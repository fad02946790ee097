// SPDX-License-Identifier: Apache-2.0
#include "config/cluster_rules.hpp"

#include "config/api_rules.hpp"
#include "config/rules.hpp"

#include <algorithm>

namespace sipsteer::config {

using nlohmann::json;

namespace {

constexpr std::size_t kSocketBytes = 107; // sun_path, less the closing NUL
constexpr std::size_t kUserBytes = 128;

void read_address(const Cursor &at, RedisAddress &out) {
    constexpr const char *kForm =
        "the path of a socket, or an address and a port like \"192.0.2.1:6379\"";
    const std::string *text = at.text(kForm);
    if (text == nullptr) {
        return;
    }
    if (!text->empty() && text->front() == '/') {
        AbsolutePath{kSocketBytes}.read(at, out.socket);
        return;
    }
    AddressAndPort{}.read(at, out.tcp);
    if (out.tcp.port != 0 && out.tcp.address.is_unspecified()) {
        at.fail(shown(*text) + " is no address that can be connected to");
    }
}

} // namespace

void RedisAddressList::read(const Cursor &at, std::vector<RedisAddress> &out) const {
    if (!at.value().is_array()) {
        at.fail_type("a list");
        return;
    }
    const std::size_t count = at.value().size();
    if (count == 0 || count > most) {
        at.fail("the list has " + std::to_string(count) + " elements; write 1 to " +
                std::to_string(most));
        return;
    }
    out.assign(count, {});
    for (std::size_t i = 0; i < count; i++) {
        read_address(at.element(i), out[i]);
    }
}

json RedisAddressList::write(const std::vector<RedisAddress> &value) const {
    json list = json::array();
    for (const auto &address : value) {
        list.push_back(to_text(address));
    }
    return list;
}

json RedisAddressList::schema() const {
    json tcp = AddressAndPort{}.schema();
    tcp["description"] = "an address of Redis and its port";
    tcp["examples"] = {"192.0.2.1:6379", "[2001:db8::1]:6379"};
    tcp["not"] = {{"pattern", "^(?:0\\.0\\.0\\.0|\\[[0:]*(?:0\\.0\\.0\\.0)?\\]):"}};
    return {{"type", "array"},
            {"items", {{"anyOf", json::array({AbsolutePath{kSocketBytes}.schema(), tcp})}}},
            {"minItems", 1},
            {"maxItems", most}};
}

std::string RedisAddressList::to_text(const RedisAddress &value) {
    return value.socket.empty() ? AddressAndPort::to_text(value.tcp) : value.socket;
}

void RedisUser::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    const bool plain = std::all_of(text->begin(), text->end(),
                                   [](unsigned char c) { return c > ' ' && c < 0x7f; });
    if (text->empty() || text->size() > kUserBytes || !plain) {
        at.fail(shown(*text) + " is not the name of a user of Redis; write 1 to " +
                std::to_string(kUserBytes) + " printable characters without blanks");
        return;
    }
    out = *text;
}

json RedisUser::schema() const {
    return {{"type", "string"}, {"pattern", "^[!-~]{1," + std::to_string(kUserBytes) + "}$"}};
}

} // namespace sipsteer::config

// SPDX-License-Identifier: Apache-2.0
//
// What the guard's trie should hold.
#include "farm/plan/guard.hpp"

#include <sipsteer/limits.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>

using namespace sipsteer;
using namespace sipsteer::plan;

namespace {

config::Prefixes prefixes(std::initializer_list<const char *> texts) {
    config::Prefixes prefixes;
    for (const char *text : texts) {
        prefixes.push_back(*Prefix::parse(text));
    }
    return prefixes;
}

std::vector<GuardRule> rules_of(const std::vector<GuardScope> &scopes,
                                const config::DenyLists &files = {}) {
    auto rules = make_guard(scopes, files);
    REQUIRE(rules.ok());
    return *rules;
}

/// "ACTION LIST" of the rule that decides; "" if none has the address.
std::string decided(const std::vector<GuardRule> &rules, std::uint32_t scope, const char *address) {
    const auto *rule = longest_rule(rules, scope, *Address::parse(address));
    return rule == nullptr
               ? ""
               : std::string(guard_action_word(rule->action)) + ' ' + guard_list_word(rule->list);
}

} // namespace

TEST_CASE("lists become rules, in the order of their places", "[guard]") {
    config::Guard all;
    all.trusted = prefixes({"203.0.113.0/28"});
    all.allow = prefixes({"192.0.2.8", "192.0.2.0/28"});
    all.deny = prefixes({"192.0.2.0/24"});
    config::Guard own;
    own.deny = prefixes({"2001:db8::/32"});
    const auto rules = rules_of({{SS_GUARD_ALL, all}, {7, own}});
    REQUIRE(rules.size() == 5);
    CHECK(std::is_sorted(rules.begin(), rules.end(),
                         [](const auto &a, const auto &b) { return a.place < b.place; }));
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.8") == "allow allow");
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.77") == "deny deny");
    CHECK(decided(rules, SS_GUARD_ALL, "203.0.113.1") == "trust trusted");
    CHECK(decided(rules, SS_GUARD_ALL, "203.0.113.16").empty());
    CHECK(decided(rules, SS_GUARD_ALL, "2001:db8::1").empty());
    CHECK(decided(rules, 7, "2001:db8::1") == "deny deny");
    CHECK(decided(rules, 8, "2001:db8::1").empty());
}

TEST_CASE("a guard that observes denies nobody", "[guard]") {
    config::Guard all;
    all.observe = true;
    all.deny = prefixes({"192.0.2.0/24"});
    all.deny_files = {"/a"};
    const auto rules =
        rules_of({{SS_GUARD_ALL, all}},
                 {{"/a", std::make_shared<const config::Prefixes>(prefixes({"203.0.113.7"}))}});
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.1") == "observe deny");
    CHECK(decided(rules, SS_GUARD_ALL, "203.0.113.7") == "observe deny_files");
}

TEST_CASE("a list of the configuration wins over a file with the same prefix", "[guard]") {
    config::Guard all;
    all.trusted = prefixes({"192.0.2.7"});
    all.deny = prefixes({"192.0.2.9"});
    all.deny_files = {"/a", "/b"};
    const auto list =
        std::make_shared<const config::Prefixes>(prefixes({"192.0.2.7", "192.0.2.8", "192.0.2.9"}));
    const auto rules = rules_of({{SS_GUARD_ALL, all}}, {{"/a", list}, {"/b", list}});
    CHECK(rules.size() == 3);
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.7") == "trust trusted");
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.8") == "deny deny_files");
    CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.9") == "deny deny");
}

TEST_CASE("a prefix of IPv6 that has the mapped addresses says nothing of IPv4", "[guard]") {
    for (const char *text : {"::/0", "::/64", "::/80"}) {
        config::Guard all;
        all.deny = prefixes({text});
        const auto rules = rules_of({{SS_GUARD_ALL, all}});
        INFO(text);
        CHECK(decided(rules, SS_GUARD_ALL, "::1") == "deny deny");
        CHECK(decided(rules, SS_GUARD_ALL, "192.0.2.7") == "allow ");
    }
    config::Guard both;
    both.deny = prefixes({"::/0", "0.0.0.0/0"});
    CHECK(decided(rules_of({{SS_GUARD_ALL, both}}), SS_GUARD_ALL, "192.0.2.7") == "deny deny");
    config::Guard other;
    other.deny = prefixes({"8000::/1"});
    CHECK(rules_of({{SS_GUARD_ALL, other}}).size() == 1);
}

TEST_CASE("a place and its key", "[guard]") {
    const GuardPlace place{7, *Prefix::parse("192.0.2.0/24")};
    const auto key = guard_key(place);
    CHECK(key.bits == 32 + 96 + 24);
    CHECK(key.scope == 7);
    CHECK(key.address[12] == 192);
    CHECK(guard_place(key) == place);
    CHECK(guard_key({7, *Prefix::parse("2001:db8::/32")}).bits == 64);
}

TEST_CASE("more prefixes than the trie holds are refused", "[guard]") {
    config::Prefixes many;
    for (std::uint32_t i = 0; i < SS_MAX_GUARD - kMostBans + 1; i++) {
        many.push_back(
            {Address::from_ipv4({10, static_cast<std::uint8_t>(i >> 16),
                                 static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}),
             128});
    }
    config::Guard all;
    all.deny_files = {"/a"};
    const auto rules =
        make_guard({{SS_GUARD_ALL, all}}, {{"/a", std::make_shared<const config::Prefixes>(many)}});
    REQUIRE_FALSE(rules.ok());
    CHECK(rules.error().message == "guard: 948577 prefixes in all; at most 948576 are supported");
}

TEST_CASE("both lists together, as the data plane does it", "[guard]") {
    struct Row {
        std::uint32_t all, own, both;
    };
    for (const auto &row : {Row{SS_GUARD_ALLOW, SS_GUARD_ALLOW, SS_GUARD_ALLOW},
                            Row{SS_GUARD_DENY, SS_GUARD_TRUST, SS_GUARD_DENY},
                            Row{SS_GUARD_TRUST, SS_GUARD_DENY, SS_GUARD_DENY},
                            Row{SS_GUARD_OBSERVE, SS_GUARD_DENY, SS_GUARD_DENY},
                            Row{SS_GUARD_OBSERVE, SS_GUARD_TRUST, SS_GUARD_OBSERVE},
                            Row{SS_GUARD_OBSERVE, SS_GUARD_ALLOW, SS_GUARD_OBSERVE},
                            Row{SS_GUARD_TRUST, SS_GUARD_OBSERVE, SS_GUARD_OBSERVE},
                            Row{SS_GUARD_TRUST, SS_GUARD_ALLOW, SS_GUARD_TRUST}}) {
        INFO(row.all << " and " << row.own);
        CHECK(both_lists(row.all, row.own) == row.both);
    }
}

TEST_CASE("this host's addresses are its own, unless others may send from them", "[guard]") {
    config::Config config;
    config.services.resize(1);
    config.services[0].address = *Address::parse("198.51.100.100");
    config.pools.resize(1);
    config.pools[0].servers.resize(1);
    config.pools[0].servers[0].address = *Address::parse("198.51.100.11");
    std::vector<Address> addresses;
    for (const char *text : {"198.51.100.1", "198.51.100.11", "198.51.100.100", "2001:db8::1"}) {
        addresses.push_back(*Address::parse(text));
    }
    const auto own = own_prefixes(config, addresses);
    CHECK(own == prefixes({"198.51.100.1", "2001:db8::1"}));
    config::Guard all;
    all.trusted = prefixes({"198.51.100.1"});
    const auto rules = rules_of({{SS_GUARD_ALL, all, own}});
    CHECK(decided(rules, SS_GUARD_ALL, "198.51.100.1") == "own own");
    CHECK(decided(rules, SS_GUARD_ALL, "198.51.100.2").empty());
    CHECK(both_lists(SS_GUARD_OWN, SS_GUARD_TRUST) == SS_GUARD_OWN);
}

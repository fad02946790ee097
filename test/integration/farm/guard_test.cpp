// SPDX-License-Identifier: Apache-2.0
//
// The guard's trie in the kernel: only the difference is written, counters stay, nothing stale is
// left.
#include "own_maps.hpp"

#include "farm/guard_writer.hpp"
#include "kernel/dataplane/guard.hpp"
#include "kernel/dataplane/map_access.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace sipsteer;
using namespace sipsteer::farm;
using namespace std::chrono_literals;

namespace {

using Rules = std::vector<plan::GuardRule>;

plan::GuardPlace place(const char *prefix, std::uint32_t scope = SS_GUARD_ALL) {
    return {scope, *Prefix::parse(prefix)};
}

plan::GuardRule rule(const char *prefix, std::uint8_t action, std::uint32_t scope = SS_GUARD_ALL) {
    return {place(prefix, scope), action, plan::GuardList::Deny};
}

Rules sorted(Rules rules) {
    std::sort(rules.begin(), rules.end(),
              [](const auto &a, const auto &b) { return a.place < b.place; });
    return rules;
}

/// The trie, and a writer that begins as a daemon that has just started.
class Trie {
public:
    Trie() : maps_(test::open_own_maps()), writer_(std::make_unique<GuardWriter>(*maps_)) {}

    GuardWriter &writer() { return *writer_; }
    void restart() { writer_ = std::make_unique<GuardWriter>(*maps_); }

    void want(Rules rules, GuardWriter::Actions bans = {}) {
        REQUIRE(writer_->want(sorted(std::move(rules)), std::move(bans)).ok());
        while (writer_->due() != 0) {
            REQUIRE(writer_->write(1s).ok());
        }
    }

    /// As the data plane does.
    void count(const char *prefix, std::uint64_t packets) {
        const auto key = plan::guard_key(place(prefix));
        auto value = dataplane::read_value<ss_guard>(maps_->guard(), key);
        REQUIRE(value);
        value->packets += packets;
        REQUIRE(dataplane::write_value(maps_->guard(), key, *value, "guard").ok());
    }

    std::uint64_t packets(const char *prefix) const {
        return dataplane::read_guard_packets(*maps_, plan::guard_key(place(prefix)));
    }

    /// Actions by prefix, of all scopes.
    std::map<std::string, std::uint32_t> held() const {
        std::map<std::string, std::uint32_t> held;
        const auto all = dataplane::read_guard(*maps_);
        REQUIRE(all.ok());
        for (const auto &[key, value] : *all) {
            held[plan::guard_place(key).prefix.to_string()] = value.action;
        }
        return held;
    }

    void put_stale(const char *prefix, std::uint32_t scope) {
        ss_guard value{};
        value.action = SS_GUARD_DENY;
        const auto key = plan::guard_key(place(prefix, scope));
        REQUIRE(dataplane::write_value(maps_->guard(), key, value, "guard").ok());
    }

private:
    Result<dataplane::Maps> maps_;
    std::unique_ptr<GuardWriter> writer_;
};

using Held = std::map<std::string, std::uint32_t>;

Rules many_rules(std::uint32_t count) {
    Rules rules;
    for (std::uint32_t i = 0; i < count; i++) {
        const auto address =
            Address::from_ipv4({10, static_cast<std::uint8_t>(i >> 16),
                                static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
        rules.push_back({{SS_GUARD_ALL, {address, 128}}, SS_GUARD_DENY, plan::GuardList::DenyFile});
    }
    return rules;
}

} // namespace

TEST_CASE("the trie holds what is wanted; entries that stay keep their counters") {
    Trie trie;
    trie.want({rule("192.0.2.0/24", SS_GUARD_DENY), rule("192.0.2.7", SS_GUARD_ALLOW),
               rule("2001:db8::/32", SS_GUARD_DENY, 3)});
    CHECK(trie.held() == Held{{"192.0.2.0/24", SS_GUARD_DENY},
                              {"192.0.2.7", SS_GUARD_ALLOW},
                              {"2001:db8::/32", SS_GUARD_DENY}});
    CHECK(trie.writer().has_scope(3));
    trie.count("192.0.2.0/24", 5);
    trie.want({rule("192.0.2.0/24", SS_GUARD_DENY), rule("203.0.113.0/24", SS_GUARD_TRUST)});
    CHECK(trie.held() == Held{{"192.0.2.0/24", SS_GUARD_DENY}, {"203.0.113.0/24", SS_GUARD_TRUST}});
    CHECK(trie.packets("192.0.2.0/24") == 5);
    CHECK_FALSE(trie.writer().has_scope(3));
    trie.want({rule("192.0.2.0/24", SS_GUARD_OBSERVE)}); // also with another action
    CHECK(trie.held() == Held{{"192.0.2.0/24", SS_GUARD_OBSERVE}});
    CHECK(trie.packets("192.0.2.0/24") == 5);
    CHECK(trie.writer().counts() == GuardWriter::Counts{{{SS_GUARD_ALL, SS_GUARD_OBSERVE}, 1}});
}

TEST_CASE("a daemon that starts takes over what the trie holds, and removes what is stale") {
    Trie trie;
    trie.want({rule("192.0.2.0/24", SS_GUARD_DENY), rule("192.0.2.9", SS_GUARD_DENY)});
    trie.count("192.0.2.0/24", 7);
    trie.put_stale("203.0.113.0/24", 900);
    trie.restart();
    REQUIRE(trie.writer().want(sorted({rule("192.0.2.0/24", SS_GUARD_DENY)}), {}).ok());
    CHECK(trie.writer().has_scope(900));
    CHECK(trie.writer().due() == 2); // two go, none is written
    REQUIRE(trie.writer().write(1s, true).ok());
    CHECK(trie.writer().due() == 2); // not before the services have changed
    REQUIRE(trie.writer().write(1s).ok());
    CHECK(trie.held() == Held{{"192.0.2.0/24", SS_GUARD_DENY}});
    CHECK(trie.packets("192.0.2.0/24") == 7);
    CHECK_FALSE(trie.writer().has_scope(900));
}

TEST_CASE("a ban wins over a rule of the same prefix while it lasts") {
    Trie trie;
    trie.want({rule("192.0.2.7", SS_GUARD_ALLOW)});
    REQUIRE(trie.writer().ban(place("192.0.2.7"), SS_GUARD_DENY).ok());
    REQUIRE(trie.writer().ban(place("203.0.113.7"), SS_GUARD_DENY).ok());
    CHECK(trie.held() == Held{{"192.0.2.7", SS_GUARD_DENY}, {"203.0.113.7", SS_GUARD_DENY}});
    trie.want({rule("192.0.2.7", SS_GUARD_TRUST)}, trie.writer().bans());
    CHECK(trie.held() == Held{{"192.0.2.7", SS_GUARD_DENY}, {"203.0.113.7", SS_GUARD_DENY}});
    REQUIRE(trie.writer().lift(place("192.0.2.7")).ok());
    REQUIRE(trie.writer().lift(place("203.0.113.7")).ok());
    CHECK(trie.held() == Held{{"192.0.2.7", SS_GUARD_TRUST}});
}

TEST_CASE("a long list goes in slices, and a ban does not wait for it") {
    constexpr std::uint32_t kMany = 100'000;
    Trie trie;
    REQUIRE(trie.writer().want(many_rules(kMany), {}).ok());
    CHECK(trie.writer().due() == kMany);
    REQUIRE(trie.writer().write(1us).ok());
    const auto left = trie.writer().due();
    CHECK(left < kMany);
    CHECK(left > kMany / 2);
    REQUIRE(trie.writer().ban(place("203.0.113.7"), SS_GUARD_DENY).ok());
    REQUIRE(trie.writer().ban(place("10.1.134.159"), SS_GUARD_OBSERVE).ok()); // the last of them
    CHECK(trie.held().at("203.0.113.7") == SS_GUARD_DENY);
    while (trie.writer().due() != 0) {
        REQUIRE(trie.writer().write(10ms).ok());
    }
    const auto held = trie.held();
    CHECK(held.size() == kMany + 1);
    CHECK(held.at("10.1.134.159") == SS_GUARD_OBSERVE);
    CHECK(trie.writer().present().size() == kMany + 1);
}

TEST_CASE("exceptions come before what they are exceptions from, and go after it") {
    Trie trie;
    REQUIRE(trie.writer()
                .want(sorted({rule("0.0.0.0/0", SS_GUARD_DENY),
                              rule("203.0.113.0/24", SS_GUARD_TRUST)}),
                      {})
                .ok());
    const auto step = [&](bool denied, bool trusted) {
        const auto held = trie.held();
        CHECK(held.contains("0.0.0.0/0") == denied);
        CHECK(held.contains("203.0.113.0/24") == trusted);
    };
    REQUIRE(trie.writer().write(1s).ok());
    step(true, true);
    const auto many = many_rules(1000); // a budget of nothing writes 32
    Rules rules = many;
    REQUIRE(trie.writer().want(rules, {}).ok());
    REQUIRE(trie.writer().write(0us).ok());
    step(true, true); // what is new comes first
    while (trie.writer().due() > 1) {
        REQUIRE(trie.writer().write(0us).ok());
        const auto held = trie.held();
        CHECK((!held.contains("0.0.0.0/0") || held.contains("203.0.113.0/24")));
    }
}

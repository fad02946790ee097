// SPDX-License-Identifier: Apache-2.0
//
// Bans on the real trie, with the lists of a configuration: what is refused, what wins, what a
// restart finds.
#include "own_maps.hpp"

#include "farm/guard.hpp"
#include "kernel/dataplane/guard.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace sipsteer;
using namespace sipsteer::farm;

namespace {

const plan::Ban::Time kBegin{std::chrono::hours(500'000)};

plan::Ban ban_of(const char *prefix, const std::string &service = "") {
    return {*Prefix::parse(prefix), service, kBegin, std::nullopt, "uid 0", ""};
}

Prefix prefix(const char *text) {
    return *Prefix::parse(text);
}

/// A guard over maps of its own, and a configuration with a service of index 3.
class Lists {
public:
    Lists() : maps_(test::open_own_maps()) {
        REQUIRE(::mkdtemp(directory_) != nullptr);
        config_.services.resize(1);
        config_.services[0].name = "sip";
        plan_.services.resize(1);
        plan_.services[0].name = "sip";
        plan_.services[0].value.id = 3;
        restart();
    }
    ~Lists() { std::filesystem::remove_all(directory_); }
    Lists(const Lists &) = delete;
    Lists &operator=(const Lists &) = delete;

    void restart() { guard_ = std::make_unique<Guard>(*maps_, directory_); }

    Status use() {
        if (auto done = guard_->offer(config_); !done) {
            return done;
        }
        if (auto done = guard_->prepare(config_, plan_, {}); !done) {
            return done;
        }
        guard_->accept();
        while (guard_->due() != 0) {
            REQUIRE(guard_->write().ok());
        }
        return Done{};
    }

    bool ban(const char *prefix, const std::string &service = "") {
        why_ = std::nullopt;
        const auto made = guard_->ban(ban_of(prefix, service));
        if (const auto *refused = std::get_if<BanRefused>(&made)) {
            why_ = refused->why;
            return false;
        }
        return true;
    }

    /// The action for a client of the service.
    std::string answer(const char *address) const {
        return plan::guard_action_word(guard_->answer(3, *Address::parse(address)).action);
    }

    Guard &guard() { return *guard_; }
    config::Config &config() { return config_; }
    plan::Plan &plan() { return plan_; }
    const dataplane::Maps &maps() const { return *maps_; }
    std::optional<BanRefused::Why> why() const { return why_; }
    std::string file(const std::string &name) const { return directory_ + ('/' + name); }

private:
    char directory_[40] = "/var/tmp/sipsteer-guard-XXXXXX"; // the maps hide /tmp
    Result<dataplane::Maps> maps_;
    config::Config config_;
    plan::Plan plan_;
    std::unique_ptr<Guard> guard_;
    std::optional<BanRefused::Why> why_;
};

using Why = BanRefused::Why;

} // namespace

TEST_CASE("a ban wins over the configuration while it lasts, and is refused of who is trusted") {
    Lists lists;
    lists.config().guard.trusted = {prefix("203.0.113.0/24")};
    lists.config().guard.allow = {prefix("192.0.2.7")};
    lists.config().services[0].guard.trusted = {prefix("198.51.100.0/24")};
    REQUIRE(lists.use().ok());
    CHECK(lists.ban("192.0.2.7"));
    CHECK(lists.answer("192.0.2.7") == "deny");
    CHECK_FALSE(lists.ban("203.0.113.7"));
    CHECK(lists.why() == Why::Trusted);
    CHECK_FALSE(lists.ban("198.51.100.7", "sip"));
    CHECK(lists.why() == Why::Trusted);
    CHECK(lists.ban("198.51.100.7")); // of all: what one service trusts does not count
    CHECK_FALSE(lists.ban("192.0.2.8", "nobody"));
    CHECK(lists.why() == Why::NoService);
    for (const char *wide : {"0.0.0.0/0", "10.0.0.0/7", "::/0", "::/16", "2000::/15"}) {
        INFO(wide);
        CHECK_FALSE(lists.ban(wide));
        CHECK(lists.why() == Why::TooWide);
    }
    REQUIRE(std::holds_alternative<plan::Ban>(lists.guard().lift({"", prefix("192.0.2.7")})));
    CHECK(lists.answer("192.0.2.7") == "allow");
    CHECK(std::holds_alternative<BanRefused>(lists.guard().lift({"", prefix("192.0.2.7")})));
}

TEST_CASE("a guard that observes only observes bans, and a change of it changes them") {
    Lists lists;
    lists.config().guard.observe = true;
    REQUIRE(lists.use().ok());
    CHECK(lists.ban("192.0.2.7"));
    CHECK(lists.ban("192.0.2.8", "sip"));
    CHECK(lists.answer("192.0.2.7") == "observe");
    CHECK(lists.answer("192.0.2.8") == "deny");
    lists.config().guard.observe = false;
    REQUIRE(lists.use().ok());
    CHECK(lists.answer("192.0.2.7") == "deny");
}

TEST_CASE("bans that were saved are in force after a restart, and end by the clock") {
    Lists lists;
    REQUIRE(lists.use().ok());
    auto ban = ban_of("192.0.2.7");
    ban.until = kBegin + std::chrono::hours(1);
    REQUIRE(std::holds_alternative<plan::Ban>(lists.guard().ban(ban)));
    lists.guard().save();
    lists.restart();
    REQUIRE(lists.use().ok());
    CHECK(lists.answer("192.0.2.7") == "deny");
    CHECK(lists.guard().expire(kBegin, 10).empty());
    CHECK(lists.guard().expire(kBegin + std::chrono::hours(1), 10).size() == 1);
    CHECK(lists.answer("192.0.2.7") == "allow");
    CHECK(dataplane::read_guard(lists.maps())->empty());
}

TEST_CASE("the list of a service that is gone goes, and its bans wait for it") {
    Lists lists;
    lists.config().services[0].guard.deny = {prefix("192.0.2.0/24")};
    REQUIRE(lists.use().ok());
    CHECK(lists.ban("203.0.113.7", "sip"));
    CHECK_FALSE(lists.guard().is_free(3));
    lists.config().services.clear();
    lists.plan().services.clear();
    REQUIRE(lists.use().ok());
    CHECK(lists.guard().is_free(3));
    CHECK_FALSE(lists.guard().action_of(ban_of("203.0.113.7", "sip")));
    lists.config().services.resize(1);
    lists.config().services[0].name = "sip";
    lists.plan().services.resize(1);
    lists.plan().services[0].name = "sip";
    lists.plan().services[0].value.id = 5;
    REQUIRE(lists.use().ok());
    CHECK_FALSE(lists.guard().is_free(5));
}

TEST_CASE("a deny file counts once its configuration is accepted") {
    Lists lists;
    lists.config().guard.deny_files = {lists.file("deny")};
    CHECK_FALSE(lists.use().ok()); // there is none
    std::ofstream(lists.file("deny")) << "192.0.2.7\n";
    REQUIRE(lists.use().ok());
    CHECK(lists.answer("192.0.2.7") == "deny");
    std::ofstream(lists.file("deny")) << "192.0.2.8\n";
    REQUIRE(lists.guard().offer(lists.config()).ok());
    lists.guard().withdraw();
    REQUIRE(lists.guard().prepare(lists.config(), lists.plan(), {}).ok());
    CHECK(lists.guard().due() == 0); // the old list is still in force
    std::ofstream(lists.file("deny")) << "192.0.2.8\nbad\n";
    CHECK(lists.use().error().message ==
          lists.file("deny") + ":2: the line is not a prefix; write ADDRESS or ADDRESS/BITS");
    CHECK(lists.answer("192.0.2.7") == "deny");
}

TEST_CASE("there is room for 100,000 bans, and no more") {
    Lists lists;
    REQUIRE(lists.use().ok());
    for (std::uint32_t i = 0; i < plan::kMostBans; i++) {
        auto ban = ban_of("192.0.2.7");
        ban.prefix.address =
            Address::from_ipv4({10, static_cast<std::uint8_t>(i >> 16),
                                static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
        REQUIRE(std::holds_alternative<plan::Ban>(lists.guard().ban(ban)));
    }
    CHECK_FALSE(lists.ban("192.0.2.7"));
    CHECK(lists.why() == Why::Full);
    CHECK(lists.ban("10.0.0.0")); // renewed
    CHECK(lists.guard().size() == plan::kMostBans);
    CHECK(lists.guard().expire(kBegin, 1000).empty());
}

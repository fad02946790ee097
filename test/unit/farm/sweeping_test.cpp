// SPDX-License-Identifier: Apache-2.0
//
// What the sweep goes by when servers come and go, and what outlives a restart of the daemon.
#include "base/state_file.hpp"
#include "farm/drain_file.hpp"
#include "farm/sweeping.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace sipsteer;
using namespace sipsteer::farm;

namespace {

plan::Plan plan_of(std::uint16_t pool, std::uint16_t ticks,
                   const std::vector<std::uint16_t> &servers) {
    plan::Plan plan;
    plan.pools.resize(1);
    plan.pools[0].index = pool;
    plan.pools[0].value.lifetime[SS_CALL_CONFIRMED] = ticks;
    for (const std::uint16_t index : servers) {
        plan.servers.emplace_back();
        plan.servers.back().index = index;
        plan.servers.back().value.pool = pool;
    }
    return plan;
}

std::string text_of_file(const std::string &path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

struct World {
    boost::asio::io_context io;
    std::vector<ss_bucket> table{1};
    Sweeping sweeping{io, {{table, {}}}, {}, [] {}};

    std::uint32_t lifetime(std::uint32_t server) const {
        return sweeping.lifetimes().of(ss_call_make(1, SS_CALL_CONFIRMED, server, 0));
    }
};

/// A directory that is removed again.
class TemporaryDirectory {
public:
    TemporaryDirectory() { REQUIRE(::mkdtemp(name_) != nullptr); }
    ~TemporaryDirectory() { std::filesystem::remove_all(name_); }
    TemporaryDirectory(const TemporaryDirectory &) = delete;
    TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
    std::string path() const { return name_; }

private:
    char name_[32] = "/tmp/sipsteer-state-XXXXXX";
};

} // namespace

TEST_CASE("the calls of a server that is removed keep its pool's lifetimes") {
    World world;
    const std::uint32_t fallback = world.lifetime(5);
    world.sweeping.set_plan(plan_of(3, 700, {5, 6}), {});
    CHECK(world.lifetime(5) == 700);
    SECTION("also when they change afterwards") {
        world.sweeping.set_plan(plan_of(3, 800, {6}), {{5, 3}});
        CHECK(world.lifetime(5) == 800);
    }
    SECTION("also when the pool goes") {
        world.sweeping.set_plan(plan_of(4, 900, {6}), {{5, 3}});
        CHECK(world.lifetime(5) == 700);
        CHECK(world.lifetime(6) == 900);
    }
    SECTION("also when it was removed before the daemon started") {
        CHECK(world.lifetime(7) == fallback);
        world.sweeping.set_plan(plan_of(3, 700, {6}), {{7, 3}});
        CHECK(world.lifetime(7) == 700);
    }
}

TEST_CASE("when drains began outlives a restart") {
    const TemporaryDirectory directory;
    const DrainFile file(directory.path());
    CHECK(file.load().empty());
    const plan::Drain::Time first(std::chrono::milliseconds(123'456));
    const plan::Drain::Time second(std::chrono::milliseconds(999'999'999));
    const std::map<ServerId, plan::Drain::Time> began = {{{"p", "a"}, first}, {{"q", "a"}, second}};
    file.save(began);
    CHECK(file.load() == began);
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/drains.json.new"));
    file.save({});
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/drains.json"));
    CHECK(file.load().empty());
}

TEST_CASE("a state of another boot, or a damaged one, is no state") {
    const TemporaryDirectory directory;
    const std::string file = directory.path() + "/drains.json";
    REQUIRE(save_state(file, {{"drains", nlohmann::json::array()}}).ok());
    auto state = load_state(file);
    REQUIRE(state.is_object());
    state["boot_id"] = "of another boot";
    std::ofstream(file) << state;
    CHECK(load_state(file).is_null());
    for (const char *text :
         {"", "{", "[]", "7", "null", R"({"drains": []})", R"({"boot_id": 5})"}) {
        std::ofstream(file) << text;
        INFO(text);
        CHECK(load_state(file).is_null());
        CHECK_FALSE(std::filesystem::exists(file));
        CHECK(text_of_file(file + ".damaged") == text);
    }
    CHECK_FALSE(save_state("/nowhere/drains.json", {{"drains", 1}}).ok());
}

TEST_CASE("what is no drain in the file is left out") {
    const TemporaryDirectory directory;
    const auto entries = nlohmann::json::parse(R"([5, {}, {"pool": "p", "server": "a"},
        {"pool": 1, "server": "a", "began_ms": 5}, {"pool": "p", "server": "a", "began_ms": "5"},
        {"pool": "p", "server": "c", "began_ms": 99999999999999999},
        {"pool": "p", "server": "c", "began_ms": -1},
        {"pool": "p", "server": "b", "began_ms": 5}])");
    REQUIRE(save_state(directory.path() + "/drains.json", {{"drains", entries}}).ok());
    const auto began = DrainFile(directory.path()).load();
    REQUIRE(began.size() == 1);
    CHECK(began.begin()->first == ServerId{"p", "b"});
    CHECK(text_of_file(directory.path() + "/drains.json.damaged").find("\"5\"") !=
          std::string::npos);
    CHECK(DrainFile(directory.path()).load() == began); // those that were no damage stay
    REQUIRE(save_state(directory.path() + "/drains.json", {{"drains", 7}}).ok());
    CHECK(DrainFile(directory.path()).load().empty());
}

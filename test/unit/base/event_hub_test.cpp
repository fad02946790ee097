// SPDX-License-Identifier: Apache-2.0
//
// Events and those who listen to them: order, history, filters, bounds.
#include "base/event_hub.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <regex>
#include <thread>

using namespace sipsteer::events;
using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;

namespace {

Wanted only(const std::string &type) {
    return [type](const Event &event) { return event.type == type; };
}

std::vector<std::string> types(const std::vector<Event> &events) {
    std::vector<std::string> found;
    for (const auto &event : events) {
        found.push_back(event.type);
    }
    return found;
}

using Types = std::vector<std::string>;

/// A hub and the loop that its subscribers wait on.
struct World {
    explicit World(const HubLimits &limits = {}) : hub(io.get_executor(), limits) {}

    /// What the subscription gives next, once the loop has nothing left to do.
    std::optional<Subscription::Batch> take(const std::shared_ptr<Subscription> &subscription,
                                            std::chrono::milliseconds patience = 0ms) {
        std::optional<Subscription::Batch> taken;
        begin_to_take(subscription, patience, taken);
        run();
        return taken;
    }

    void begin_to_take(const std::shared_ptr<Subscription> &subscription,
                       std::chrono::milliseconds patience,
                       std::optional<Subscription::Batch> &taken) {
        asio::co_spawn(
            io,
            [subscription, patience, &taken]() -> asio::awaitable<void> {
                taken = co_await subscription->next(patience);
            },
            asio::detached);
    }

    void run() {
        io.restart();
        io.run();
    }

    void run_what_is_ready() {
        io.restart();
        io.poll();
    }

    asio::io_context io;
    Hub hub;
};

} // namespace

TEST_CASE("an event has its own fields, and id, time, level and type") {
    World world;
    world.hub.publish("warning", "server_down", {{"pool", "p"}, {"reason", "timeout 3 of 3"}});
    const auto events = world.hub.since(0, {}, 10);
    REQUIRE(events.size() == 1);
    const json &body = events[0].body;
    CHECK(body["type"] == "server_down");
    CHECK(body["level"] == "warning");
    CHECK(body["pool"] == "p");
    CHECK(body["reason"] == "timeout 3 of 3");
    CHECK(body["id"] == events[0].id);
    const std::regex rfc3339("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    CHECK(std::regex_match(body["time"].get<std::string>(), rfc3339));
}

TEST_CASE("ids grow, over a restart as well") {
    World before;
    before.hub.publish("info", "one", json::object());
    before.hub.publish("info", "two", json::object());
    const auto events = before.hub.since(0, {}, 10);
    REQUIRE(events.size() == 2);
    CHECK(events[0].id < events[1].id);

    std::this_thread::sleep_for(1ms); // a restart takes longer than two events take ids
    World after;
    after.hub.publish("info", "three", json::object());
    CHECK(after.hub.since(0, {}, 10)[0].id > events[1].id);
}

TEST_CASE("the history is bounded, and read from an id on, by type and number") {
    World world({.history = 4});
    for (const auto *type : {"a", "b", "a", "b", "a", "b"}) {
        world.hub.publish("info", type, json::object());
    }
    const auto all = world.hub.since(0, {}, 10);
    CHECK(types(all) == Types{"a", "b", "a", "b"});
    CHECK(types(world.hub.since(all[1].id, {}, 10)) == Types{"a", "b"});
    CHECK(world.hub.since(all[3].id, {}, 10).empty());
    CHECK(types(world.hub.since(0, only("b"), 10)) == Types{"b", "b"});
    CHECK(types(world.hub.since(0, {}, 3)) == Types{"b", "a", "b"}); // the last ones
}

TEST_CASE("an event for some is not kept: it reaches only those who listen, with its audience") {
    World world;
    const auto listener = world.hub.subscribe({}, 0);
    world.hub.publish_to({7}, "passing", json::object());
    CHECK(world.hub.since(0, {}, 10).empty());
    const auto taken = world.take(listener);
    CHECK(types(taken->events) == Types{"passing"});
    CHECK(taken->events[0].audience == std::vector<std::uint32_t>{7});
}

TEST_CASE("a subscriber gets what happens from now on, or from an id on") {
    World world;
    world.hub.publish("info", "first", json::object());
    world.hub.publish("info", "second", json::object());
    const auto first = world.hub.since(0, {}, 10)[0].id;
    const auto from_now = world.hub.subscribe({}, 0);
    const auto from_first = world.hub.subscribe({}, first);
    const auto thirds = world.hub.subscribe(only("third"), first);
    world.hub.publish("info", "third", json::object());
    CHECK(types(world.take(from_now)->events) == Types{"third"});
    CHECK(types(world.take(from_first)->events) == Types{"second", "third"});
    CHECK(types(world.take(thirds)->events) == Types{"third"});
}

TEST_CASE("one who waits is woken by an event that he wants") {
    World world;
    const auto listener = world.hub.subscribe(only("wanted"), 0);
    std::optional<Subscription::Batch> taken;
    world.begin_to_take(listener, 1h, taken);
    world.run_what_is_ready();
    world.hub.publish("info", "other", json::object());
    world.run_what_is_ready();
    CHECK_FALSE(taken);
    world.hub.publish("info", "wanted", json::object());
    world.run();
    REQUIRE(taken);
    CHECK(types(taken->events) == Types{"wanted"});
    CHECK_FALSE(taken->ended);
}

TEST_CASE("when nothing happens the batch is empty") {
    World world;
    const auto taken = world.take(world.hub.subscribe({}, 0), 1ms);
    REQUIRE(taken);
    CHECK(taken->events.empty());
    CHECK(taken->dropped == 0);
    CHECK_FALSE(taken->ended);
}

TEST_CASE("one who is too far behind loses events, and is told how many") {
    World world({.queued = 3});
    const auto slow = world.hub.subscribe({}, 0);
    const auto other = world.hub.subscribe({}, 0);
    for (const auto *type : {"1", "2", "3"}) {
        world.hub.publish("info", type, json::object());
    }
    CHECK(world.take(other)->events.size() == 3);
    world.hub.publish("info", "4", json::object());
    world.hub.publish("info", "5", json::object());
    const auto behind = world.take(slow);
    CHECK(types(behind->events) == Types{"1", "2", "3"});
    CHECK(behind->dropped == 2);
    CHECK(types(world.take(other)->events) == Types{"4", "5"}); // loses nothing by that

    world.hub.publish("info", "6", json::object());
    const auto caught_up = world.take(slow);
    CHECK(types(caught_up->events) == Types{"6"});
    CHECK(caught_up->dropped == 0);
}

TEST_CASE("there is room for so many subscribers, and again when one has gone") {
    World world({.subscribers = 2});
    auto first = world.hub.subscribe({}, 0);
    const auto second = world.hub.subscribe({}, 0);
    REQUIRE(first);
    REQUIRE(second);
    CHECK_FALSE(world.hub.subscribe({}, 0));
    first.reset();
    CHECK(world.hub.subscribe({}, 0));
}

TEST_CASE("a hub that stops ends its subscriptions, after what they have not taken") {
    World world;
    const auto waiting = world.hub.subscribe({}, 0);
    std::optional<Subscription::Batch> taken;
    world.begin_to_take(waiting, 1h, taken);
    world.run_what_is_ready();
    const auto behind = world.hub.subscribe(only("last"), 0);
    world.hub.publish("info", "last", json::object());
    world.hub.stop();
    world.run();
    REQUIRE(taken);
    CHECK(taken->ended);
    CHECK(types(world.take(behind)->events) == Types{"last"});
    world.hub.publish("info", "last", json::object());
    CHECK(world.take(behind)->events.empty());
}

// SPDX-License-Identifier: Apache-2.0
//
// A server's index while calls name it, and after.
#include "farm/plan/gone.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::plan;

namespace {

using Names = std::vector<std::string>;

config::Server server(const std::string &name, const std::string &at) {
    config::Server server;
    server.name = name;
    server.address = *Address::parse(at);
    return server;
}

/// Pool "p" with the servers "a" and "b", and which indexes calls name.
struct World {
    config::Config config;
    Indexes indexes;
    Gone gone;
    std::set<std::uint16_t> named;

    World() {
        config::Pool pool;
        pool.name = "p";
        pool.servers = {server("a", "198.51.100.1"), server("b", "198.51.100.2")};
        config.pools = {pool};
        (void)plan();
    }

    std::vector<config::Server> &servers() { return config.pools[0].servers; }
    Plan plan() { return *make_plan(config, {}, indexes); }

    /// A pass of the sweep; what it frees is released, as the daemon does.
    Names pass(std::uint64_t number) {
        const auto free = gone.note_pass(indexes.servers, plan(), number, [&](std::uint16_t index) {
            return named.count(index) != 0;
        });
        for (const auto &name : free) {
            indexes.servers.release(name);
        }
        return free;
    }
};

} // namespace

TEST_CASE("another server that is added right away gets another index") {
    World world;
    const auto index = *world.indexes.servers.find("p/a");
    world.named = {index};
    world.servers()[0] = server("new", "198.51.100.3");
    world.plan();
    CHECK(world.indexes.servers.find("p/a") == index);
    CHECK(*world.indexes.servers.find("p/new") != index);
    for (std::uint64_t pass = 1; pass < 10; pass++) {
        CHECK(world.pass(pass).empty());
    }
    CHECK(world.indexes.servers.find("p/a") == index);

    // Its last call has ended.
    world.named.clear();
    CHECK(world.pass(10) == Names{"p/a"});
    world.servers().push_back(server("newer", "198.51.100.4"));
    world.plan();
    CHECK(world.indexes.servers.find("p/newer") == index);
}

TEST_CASE("the pass that ends first after a server is gone proves nothing") {
    World world;
    world.servers().erase(world.servers().begin());
    CHECK(world.pass(7).empty());
    CHECK(world.pass(7).empty()); // the same pass, told again
    CHECK(world.pass(8) == Names{"p/a"});
    CHECK(world.pass(9).empty());
}

TEST_CASE("a server that is back before its index was free keeps it, and is not gone") {
    World world;
    const auto index = *world.indexes.servers.find("p/a");
    const auto a = world.servers()[0];
    world.servers().erase(world.servers().begin());
    CHECK(world.pass(1).empty());
    world.servers().push_back(a);
    CHECK(world.pass(2).empty());
    CHECK(world.indexes.servers.find("p/a") == index);
    world.servers().pop_back();
    CHECK(world.pass(3).empty()); // gone anew
    CHECK(world.pass(4) == Names{"p/a"});
}

TEST_CASE("another machine under the name of one that was deleted gets another index") {
    World world;
    const auto index = *world.indexes.servers.find("p/a");
    world.named = {index};
    world.servers().erase(world.servers().begin());
    CHECK(world.pass(1).empty());
    world.servers().push_back(server("a", "198.51.100.99"));
    const auto plan = world.plan();
    CHECK(*world.indexes.servers.find("p/a") != index);
    CHECK(world.indexes.servers.find("p/a@198.51.100.1") == index);
    CHECK(world.pass(2).empty());
    CHECK(world.pass(3).empty());
    world.named.clear();
    CHECK(world.pass(4) == Names{"p/a@198.51.100.1"});
    CHECK(*world.indexes.servers.find("p/a") != index);
}

TEST_CASE(
    "a server whose address changes is another one; with its old address it is itself again") {
    World world;
    const auto index = *world.indexes.servers.find("p/a");
    world.named = {index};
    world.servers()[0].address = *Address::parse("198.51.100.99");
    world.plan();
    const auto other = *world.indexes.servers.find("p/a");
    CHECK(other != index);
    CHECK(world.pass(1).empty());
    world.servers()[0].address = *Address::parse("198.51.100.1");
    world.plan();
    CHECK(world.indexes.servers.find("p/a") == index);
    CHECK(world.indexes.servers.find("p/a@198.51.100.99") == other);
    CHECK(world.pass(2).empty()); // the other is seen gone
    CHECK(world.pass(3) == Names{"p/a@198.51.100.99"});
    CHECK(world.indexes.servers.all().size() == 2);
}

TEST_CASE("a port or a next hop alone makes no other server") {
    World world;
    const auto index = *world.indexes.servers.find("p/a");
    world.servers()[0].port = 5080;
    world.servers()[0].next_hop = *Address::parse("198.51.100.254");
    world.plan();
    CHECK(world.indexes.servers.find("p/a") == index);
    CHECK(world.indexes.servers.all().size() == 2);
}

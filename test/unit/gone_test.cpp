// SPDX-License-Identifier: Apache-2.0
//
// A server's index while calls name it, and after.
#include "plan/gone.hpp"

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

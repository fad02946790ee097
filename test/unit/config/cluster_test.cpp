// SPDX-License-Identifier: Apache-2.0
//
// What the fields of a cluster may hold.
#include "config_cases.hpp"

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

/// The errors of a cluster whose Redis has these fields.
Texts errors_with(const std::string &redis) {
    const std::string cluster =
        R"({"name": "west", "director": "west-1", "redis": {)" + redis + "}}";
    return errors_of({"/cluster", cluster.c_str()});
}

Texts errors_at(const std::string &addresses) {
    return errors_with(R"("addresses": )" + addresses);
}

} // namespace

TEST_CASE("a cluster has a name, a director and an engine") {
    check({
        {{"/cluster", "{}"},
         {"cluster.name: missing", "cluster.director: missing", "cluster.redis: missing"}},
        {{"/cluster", R"({"name": "a b", "director": "d", "redis": {}})"},
         {R"(cluster.name: "a b" is not a name; write 1 to 31 letters, digits, ".", "_" or "-", and begin with a letter or digit)",
          "cluster.redis.addresses: missing"}},
        {{"/cluster",
          R"({"name": "w", "director": "d", "share": "all", "redis": {"addresses": ["/a"]}})"},
         {R"(cluster.share: "all" is unknown; supported: "calls", "nothing")"}},
    });
}

TEST_CASE("addresses of Redis") {
    const std::string form = R"(write them like "127.0.0.1:8080" or "[::1]:8443")";
    CHECK(errors_at(R"(["/run/redis.sock", "192.0.2.1:6379", "[2001:db8::1]:6379"])").empty());
    CHECK(errors_at("[]") ==
          Texts{"cluster.redis.addresses: the list has 0 elements; write 1 to 8"});
    CHECK(errors_at(R"("/run/redis.sock")") ==
          Texts{R"(cluster.redis.addresses: expected a list, found string "/run/redis.sock")"});
    CHECK(errors_at(R"(["redis"])") ==
          Texts{R"(cluster.redis.addresses[0]: "redis" is not an address and a port; )" + form});
    CHECK(
        errors_at(R"(["/a", "0.0.0.0:6379"])") ==
        Texts{
            R"(cluster.redis.addresses[1]: "0.0.0.0:6379" is no address that can be connected to)"});
    CHECK(
        errors_at(R"(["[::]:6379"])") ==
        Texts{R"(cluster.redis.addresses[0]: "[::]:6379" is no address that can be connected to)"});
    CHECK(errors_at(R"(["/a", "/b", "/a"])") ==
          Texts{R"(cluster.redis.addresses[2]: "/a" is already cluster.redis.addresses[0])"});
}

TEST_CASE("a user of Redis has a password") {
    const std::string at = R"("addresses": ["/a"])";
    CHECK(errors_with(at + R"(, "user": "u")") ==
          Texts{R"(cluster.redis.password_file: missing: user "u" needs a password)"});
    CHECK(errors_with(at + R"(, "user": "u", "password_file": "/p")").empty());
    CHECK(errors_with(at + R"(, "password_file": "/p")").empty());
    CHECK(
        errors_with(at + R"(, "user": "a b", "password_file": "/p")") ==
        Texts{
            R"(cluster.redis.user: "a b" is not the name of a user of Redis; write 1 to 128 printable characters without blanks)"});
}

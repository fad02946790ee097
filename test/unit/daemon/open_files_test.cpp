// SPDX-License-Identifier: Apache-2.0
#include "daemon/open_files.hpp"

#include "base/log.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace sipsteer;

namespace {

rlimit open_files() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    return limit;
}

} // namespace

TEST_CASE("the soft limit on open files is raised to the hard one") {
    auto limit = open_files();
    limit.rlim_cur = 64;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    daemon::raise_open_files_limit();
    CHECK(open_files().rlim_cur == limit.rlim_max);
}

TEST_CASE("each server that is probed directly wants a file") {
    config::Config config;
    const auto without = daemon::open_files_wanted(config);
    CHECK(without > 64); // connections of the API
    config.pools.resize(4);
    for (auto &pool : config.pools) {
        pool.servers.resize(100);
    }
    config.pools[1].probe.path = config::ProbePath::Dsr; // one socket for all
    config.pools[2].probe.type = config::ProbeType::None;
    config.pools[3].probe.path = config::ProbePath::Both;
    CHECK(daemon::open_files_wanted(config) == without + 200);
}

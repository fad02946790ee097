// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/dataplane/maps.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <sched.h>
#include <sys/mount.h>

namespace sipsteer::test {

/// The maps, pinned where nobody else sees them: over the folder of temporary files, in a mount
/// namespace of our own.
inline Result<dataplane::Maps> open_own_maps() {
    const auto directory = std::filesystem::temp_directory_path();
    REQUIRE(::unshare(CLONE_NEWNS) == 0);
    REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    REQUIRE(::mount("bpf", directory.c_str(), "bpf", 0, nullptr) == 0);
    auto maps = dataplane::Maps::open({directory, {1, 2}, 1000, {}});
    INFO((maps ? "" : maps.error().message));
    REQUIRE(maps);
    return maps;
}

} // namespace sipsteer::test

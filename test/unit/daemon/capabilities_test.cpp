// SPDX-License-Identifier: Apache-2.0
#include "daemon/capabilities.hpp"

#include <catch2/catch.hpp>
#include <linux/capability.h>

using namespace sipsteer;

namespace {

constexpr std::uint64_t bit(unsigned capability) {
    return std::uint64_t{1} << capability;
}

constexpr auto kEnough = bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW) | bit(CAP_SYS_ADMIN);

} // namespace

TEST_CASE("the capabilities in the manual are enough, and each of them is needed") {
    CHECK(daemon::check_capabilities(kEnough).ok());
    CHECK(daemon::check_capabilities(~std::uint64_t{0}).ok());
    const auto lacks = [](std::uint64_t capabilities) {
        return daemon::check_capabilities(capabilities).error().message;
    };
    CHECK(lacks(kEnough & ~bit(CAP_NET_ADMIN)).find("CAP_NET_ADMIN (") != std::string::npos);
    CHECK(lacks(kEnough & ~bit(CAP_NET_RAW)).find("CAP_NET_RAW (") != std::string::npos);
    // Those for BPF are a part of it: programs are found by their numbers with all of it alone.
    CHECK(lacks((kEnough & ~bit(CAP_SYS_ADMIN)) | bit(CAP_BPF) | bit(CAP_PERFMON)) ==
          "the process lacks CAP_SYS_ADMIN (to load the program and to find the attached one); run "
          "it as root, or give it the capabilities");
    CHECK(lacks(0).find("CAP_NET_ADMIN") < lacks(0).find("CAP_SYS_ADMIN"));
}

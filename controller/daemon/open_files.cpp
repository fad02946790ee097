// SPDX-License-Identifier: Apache-2.0
#include "daemon/open_files.hpp"

#include "base/log.hpp"
#include "http/limits.hpp"

#include <cerrno>
#include <cstring>
#include <sys/resource.h>

namespace sipsteer::daemon {

namespace {
/// Maps, programs, the kernel's own sockets; and some to spare.
constexpr std::uint64_t kOthers = 256;
} // namespace

void raise_open_files_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log::warn("open_files_not_raised", {{"problem", std::strerror(errno)}});
    }
}

std::uint64_t open_files_wanted(const config::Config &config) {
    std::uint64_t wanted = kOthers + http::Limits{}.connections;
    for (const auto &pool : config.pools) {
        const bool direct =
            pool.probe.type != config::ProbeType::None && pool.probe.path != config::ProbePath::Dsr;
        wanted += direct ? pool.servers.size() : 0;
    }
    return wanted;
}

void check_open_files_limit(const config::Config &config) {
    rlimit limit{};
    const auto wanted = open_files_wanted(config);
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        log::warn("open_files_limit",
                  {{"limit", std::uint64_t{limit.rlim_cur}},
                   {"wanted", wanted},
                   {"problem", "probes may lack a socket; raise LimitNOFILE in the unit"}});
    }
}

} // namespace sipsteer::daemon

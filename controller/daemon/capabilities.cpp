// SPDX-License-Identifier: Apache-2.0
#include "daemon/capabilities.hpp"

#include <array>
#include <linux/capability.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace sipsteer::daemon {

namespace {

struct Needed {
    unsigned bit;
    const char *name;
    const char *use;
};

constexpr std::array kNeeded = {
    Needed{CAP_NET_ADMIN, "CAP_NET_ADMIN", "to attach the program and to add VIPs"},
    Needed{CAP_NET_RAW, "CAP_NET_RAW", "to send frames to servers"},
    Needed{CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "to load the program and to find the attached one"},
};

} // namespace

Status check_capabilities(std::uint64_t effective) {
    std::string missing;
    for (const auto &needed : kNeeded) {
        if ((effective >> needed.bit & 1) == 0) {
            missing +=
                std::string(missing.empty() ? "" : ", ") + needed.name + " (" + needed.use + ")";
        }
    }
    if (missing.empty()) {
        return Done{};
    }
    return Error{"the process lacks " + missing + "; run it as root, or give it the capabilities"};
}

Status check_own_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) {
        return system_error("cannot read the capabilities of the process");
    }
    return check_capabilities(std::uint64_t{data[1].effective} << 32 | data[0].effective);
}

} // namespace sipsteer::daemon

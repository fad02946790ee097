// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/multiprog.hpp"

namespace sipsteer::dataplane {

Result<Multiprog> attached_to(std::uint32_t ifindex) {
    xdp_multiprog *programs = xdp_multiprog__get_from_ifindex(static_cast<int>(ifindex));
    const long failed = libxdp_get_error(programs);
    if (failed == -ENOENT) {
        return Multiprog();
    }
    if (failed != 0) {
        return Error{"cannot find the attached XDP program: " +
                     std::string(std::strerror(static_cast<int>(-failed)))};
    }
    return Multiprog(programs);
}

xdp_program *find_ours(const xdp_multiprog *programs, const std::function<bool(int)> &is_ours) {
    xdp_program *program = nullptr;
    while ((program = xdp_multiprog__next_prog(program, programs)) != nullptr) {
        if (is_ours(xdp_program__fd(program))) {
            return program;
        }
    }
    return nullptr;
}

} // namespace sipsteer::dataplane

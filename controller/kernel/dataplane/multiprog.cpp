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

std::vector<xdp_program *> programs_of(const xdp_multiprog *programs) {
    if (xdp_multiprog__is_legacy(programs)) {
        return {xdp_multiprog__main_prog(programs)};
    }
    std::vector<xdp_program *> all;
    xdp_program *program = nullptr;
    while ((program = xdp_multiprog__next_prog(program, programs)) != nullptr) {
        all.push_back(program);
    }
    return all;
}

} // namespace sipsteer::dataplane

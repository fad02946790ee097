// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/present.hpp"

#include "kernel/dataplane/left_open.hpp"
#include "kernel/dataplane/multiprog.hpp"
#include "kernel/dataplane/program_info.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <linux/if_link.h>

namespace sipsteer::dataplane {

namespace {

PresentProgram describe(int fd, const std::vector<std::uint32_t> &tables) {
    PresentProgram program;
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
        program.name = info.name;
        program.id = info.id;
        program.jited = info.jited_prog_len != 0;
    }
    program.ours = uses_any_map(fd, tables);
    return program;
}

/// What the kernel tells everybody of an interface.
Result<Present> ids_only(std::uint32_t ifindex) {
    LIBBPF_OPTS(bpf_xdp_query_opts, found);
    if (const int failed = bpf_xdp_query(static_cast<int>(ifindex), 0, &found); failed != 0) {
        return system_error("cannot find the attached XDP program", -failed);
    }
    Present present;
    present.complete = found.attach_mode == XDP_ATTACHED_NONE;
    present.native = found.attach_mode == XDP_ATTACHED_DRV;
    if (!present.complete) {
        present.programs.push_back({"", found.prog_id, false, false});
    }
    return present;
}

} // namespace

Result<Present> present_on(std::uint32_t ifindex, const std::string &pin_dir) {
    const LeftOpen left_open;
    const auto found = attached_to(ifindex);
    if (!found) {
        return ids_only(ifindex);
    }
    Present present;
    const xdp_multiprog *programs = found->get();
    if (programs == nullptr) {
        return present;
    }
    const auto tables = pinned_call_tables(pin_dir);
    present.native = xdp_multiprog__attach_mode(programs) == XDP_MODE_NATIVE;
    present.dispatcher = !xdp_multiprog__is_legacy(programs);
    for (auto *program : programs_of(programs)) {
        present.programs.push_back(describe(xdp_program__fd(program), tables));
    }
    return present;
}

} // namespace sipsteer::dataplane

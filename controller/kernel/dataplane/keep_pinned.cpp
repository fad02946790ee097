// SPDX-License-Identifier: Apache-2.0
#include "base/fd.hpp"
#include "kernel/dataplane/call_table.hpp"
#include "kernel/dataplane/map_access.hpp"

namespace sipsteer::dataplane {

namespace {

std::uint32_t map_id(int map) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info.id : 0;
}

} // namespace

Result<bool> keep_pinned(int map, const std::string &path) {
    const Fd pinned(bpf_obj_get(path.c_str()));
    if (pinned) {
        return map_id(pinned.get()) == map_id(map) ? Result<bool>(false)
                                                   : Error{path + ": another map has this pin"};
    }
    if (errno != ENOENT || bpf_obj_pin(map, path.c_str()) != 0) {
        return system_error("cannot pin " + path);
    }
    return true;
}

} // namespace sipsteer::dataplane

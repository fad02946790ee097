// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/program_info.hpp"

#include "base/fd.hpp"
#include "kernel/dataplane/call_table.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <filesystem>

namespace sipsteer::dataplane {

namespace fs = std::filesystem;

Result<std::uint32_t> program_id(int program_fd) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) {
        return system_error("cannot read a program's description");
    }
    return info.id;
}

std::string program_label(int program_fd) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) {
        return "unknown";
    }
    return std::string(info.name) + ", id " + std::to_string(info.id);
}

bool uses_any_map(int program_fd, const std::vector<std::uint32_t> &map_ids) {
    std::vector<std::uint32_t> used(64);
    bpf_prog_info info{};
    info.map_ids = reinterpret_cast<std::uintptr_t>(used.data());
    info.nr_map_ids = static_cast<std::uint32_t>(used.size());
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) {
        return false;
    }
    used.resize(std::min<std::size_t>(info.nr_map_ids, used.size()));
    return std::any_of(used.begin(), used.end(), [&](std::uint32_t id) {
        return std::find(map_ids.begin(), map_ids.end(), id) != map_ids.end();
    });
}

std::vector<std::uint32_t> pinned_call_tables(const std::string &pin_dir) {
    std::vector<std::uint32_t> ids;
    std::error_code failed;
    for (fs::directory_iterator entry(pin_dir, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        for (const auto *name : {kTablePins.calls, kBeforePins.calls}) {
            const Fd fd(bpf_obj_get((entry->path() / name).c_str()));
            bpf_map_info info{};
            std::uint32_t size = sizeof(info);
            if (fd && bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0) {
                ids.push_back(info.id);
            }
        }
    }
    return ids;
}

} // namespace sipsteer::dataplane

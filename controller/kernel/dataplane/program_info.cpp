// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/program_info.hpp"

#include "base/fd.hpp"
#include "kernel/dataplane/call_table.hpp"
#include "kernel/dataplane/maps.hpp"

#include <sipsteer/settings.h>

#include <sipsteer.skel.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <type_traits>

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

namespace {

/// Kernel ids of the maps that a program uses; empty if it cannot be asked.
std::vector<std::uint32_t> used_maps(int program_fd) {
    std::vector<std::uint32_t> used(64);
    bpf_prog_info info{};
    info.map_ids = reinterpret_cast<std::uintptr_t>(used.data());
    info.nr_map_ids = static_cast<std::uint32_t>(used.size());
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0) {
        return {};
    }
    used.resize(std::min<std::size_t>(info.nr_map_ids, used.size()));
    return used;
}

using Constants = std::remove_pointer_t<decltype(sipsteer_bpf::rodata)>;

/// A program's constants, if they are laid out as this version's.
std::unique_ptr<Constants> constants_of(int program_fd) {
    for (const std::uint32_t id : used_maps(program_fd)) {
        const Fd map(bpf_map_get_fd_by_id(id));
        bpf_map_info info{};
        std::uint32_t size = sizeof(info);
        if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0 ||
            !std::string_view(info.name).ends_with(".rodata") ||
            info.value_size != sizeof(Constants)) {
            continue;
        }
        auto constants = std::make_unique<Constants>();
        const std::uint32_t key = 0;
        if (bpf_map_lookup_elem(map.get(), &key, constants.get()) == 0) {
            return constants;
        }
    }
    return nullptr;
}

std::string map_name(std::uint32_t id) {
    const Fd map(bpf_map_get_fd_by_id(id));
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return map && bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0 ? info.name : "";
}

} // namespace

std::optional<std::array<std::uint64_t, 2>> secret_of_pinned_program(const std::string &pin_dir) {
    std::error_code failed;
    for (fs::directory_iterator entry(maps_directory(pin_dir), failed), end;
         !failed && entry != end; entry.increment(failed)) {
        if (!entry->path().filename().string().starts_with("program_")) {
            continue;
        }
        const Fd program(bpf_obj_get(entry->path().c_str()));
        if (const auto constants = program ? constants_of(program.get()) : nullptr) {
            return std::array<std::uint64_t, 2>{constants->settings.secret[0],
                                                constants->settings.secret[1]};
        }
    }
    return std::nullopt;
}

bool uses_any_map(int program_fd, const std::vector<std::uint32_t> &map_ids) {
    const auto used = used_maps(program_fd);
    return std::any_of(used.begin(), used.end(), [&](std::uint32_t id) {
        return std::find(map_ids.begin(), map_ids.end(), id) != map_ids.end();
    });
}

bool looks_like_ours(int program_fd) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0 ||
        std::string(info.name) != "sipsteer") {
        return false;
    }
    std::set<std::string> names;
    for (const auto id : used_maps(program_fd)) {
        names.insert(map_name(id));
    }
    return names.contains("calls") && names.contains("services") && names.contains("servers");
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

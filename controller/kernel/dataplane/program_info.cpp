// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/program_info.hpp"

#include "base/fd.hpp"
#include "kernel/dataplane/call_table.hpp"
#include "kernel/dataplane/maps.hpp"

#include <sipsteer.skel.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <set>
#include <type_traits>
#include <vector>

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

/// What the kernel knows of a map; of id 0 if it cannot be asked.
bpf_map_info info_of(int map) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info : bpf_map_info{};
}

/// Kernel ids of the maps that a program uses; empty if it cannot be asked.
std::vector<std::uint32_t> used_map_ids(int program_fd) {
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

} // namespace

std::vector<UsedMap> used_maps(int program_fd) {
    std::vector<UsedMap> maps;
    for (const std::uint32_t id : used_map_ids(program_fd)) {
        const Fd map(bpf_map_get_fd_by_id(id));
        maps.push_back({id, map ? info_of(map.get()).name : ""});
    }
    return maps;
}

std::optional<ss_settings> settings_of(int program_fd) {
    // The settings are the first of the program's constants; tables of its own follow them.
    using Constants = std::remove_pointer_t<decltype(sipsteer_bpf::rodata)>;
    static_assert(offsetof(Constants, settings) == 0);
    for (const auto &used : used_maps(program_fd)) {
        const Fd map(used.name.ends_with(".rodata") ? bpf_map_get_fd_by_id(used.id) : -1);
        std::vector<std::byte> constants(map ? info_of(map.get()).value_size : 0);
        ss_settings settings{};
        const std::uint32_t key = 0;
        if (constants.size() >= sizeof(settings) &&
            bpf_map_lookup_elem(map.get(), &key, constants.data()) == 0) {
            std::memcpy(&settings, constants.data(), sizeof(settings));
            return settings;
        }
    }
    return std::nullopt;
}

std::optional<std::array<std::uint64_t, 2>> secret_of_pinned_program(const std::string &pin_dir) {
    std::error_code failed;
    for (fs::directory_iterator entry(maps_directory(pin_dir), failed), end;
         !failed && entry != end; entry.increment(failed)) {
        if (!entry->path().filename().string().starts_with("program_")) {
            continue;
        }
        const Fd program(bpf_obj_get(entry->path().c_str()));
        if (const auto settings = program ? settings_of(program.get()) : std::nullopt) {
            return std::array<std::uint64_t, 2>{settings->secret[0], settings->secret[1]};
        }
    }
    return std::nullopt;
}

bool uses_any_map(int program_fd, const std::vector<std::uint32_t> &map_ids) {
    const auto used = used_map_ids(program_fd);
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
    for (const auto &map : used_maps(program_fd)) {
        names.insert(map.name);
    }
    return names.contains("calls") && names.contains("services") && names.contains("servers");
}

std::optional<Holder> daemon_of(int program_fd) {
    for (const auto &map : used_maps(program_fd)) {
        if (map.name == "calls") {
            return holder_of_map(map.id);
        }
    }
    return std::nullopt;
}

bool is_orphan(int program_fd) {
    return looks_like_ours(program_fd) && !daemon_of(program_fd);
}

std::vector<std::uint32_t> pinned_call_tables(const std::string &pin_dir) {
    std::vector<std::uint32_t> ids;
    std::error_code failed;
    for (fs::directory_iterator entry(pin_dir, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        for (const auto *name : {kTablePins.calls, kBeforePins.calls}) {
            const Fd fd(bpf_obj_get((entry->path() / name).c_str()));
            if (const auto id = fd ? info_of(fd.get()).id : 0; id != 0) {
                ids.push_back(id);
            }
        }
    }
    return ids;
}

} // namespace sipsteer::dataplane

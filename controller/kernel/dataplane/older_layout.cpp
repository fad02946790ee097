// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/older_layout.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "kernel/dataplane/call_table.hpp"

#include <sipsteer/layout.h>
#include <sipsteer/settings.h>

#include <sipsteer.skel.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace sipsteer::dataplane {

namespace {

/// The layouts before this one had other call entries, or other places for them.
constexpr int kOldestReadable = 2;

std::string directory_of(const std::string &pin_dir, int layout) {
    return pin_dir + "/maps-v" + std::to_string(layout);
}

std::optional<int> newest_older(const std::string &pin_dir) {
    for (int layout = SS_LAYOUT_VERSION - 1; layout >= kOldestReadable; --layout) {
        if (pinned_buckets(directory_of(pin_dir, layout), kTablePins) != 0) {
            return layout;
        }
    }
    return std::nullopt;
}

/// Copies an array map of the same name, value by value, if its values have the same size.
Status copy_array(const std::string &directory, const bpf_map *map) {
    const std::string name = bpf_map__name(map);
    const Fd from(bpf_obj_get((directory + "/" + name).c_str()));
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (!from || bpf_obj_get_info_by_fd(from.get(), &info, &size) != 0) {
        return system_error("cannot open the older map " + name);
    }
    if (info.value_size != bpf_map__value_size(map)) {
        return Error{"the older map " + name + " has values of another size"};
    }
    std::vector<std::byte> value(info.value_size);
    const std::uint32_t entries = std::min(info.max_entries, bpf_map__max_entries(map));
    for (std::uint32_t index = 0; index < entries; ++index) {
        if (bpf_map_lookup_elem(from.get(), &index, value.data()) != 0 ||
            bpf_map_update_elem(bpf_map__fd(map), &index, value.data(), BPF_ANY) != 0) {
            return system_error("cannot copy the older map " + name);
        }
    }
    return Done{};
}

} // namespace

bool pin_older_table(const std::string &pin_dir, const std::string &directory) {
    const auto layout = newest_older(pin_dir);
    if (!layout) {
        return false;
    }
    const auto older = CallTable::open(directory_of(pin_dir, *layout), kTablePins);
    if (!older) {
        log::warn("older_calls_not_taken_over", {{"problem", older.error().message}});
        return false;
    }
    unpin_table(directory, kBeforePins);
    const auto pinned = older->pin(directory, kBeforePins);
    if (!pinned) {
        log::warn("older_calls_not_taken_over", {{"problem", pinned.error().message}});
        return false;
    }
    log::info("older_calls_taken_over", {{"layout", *layout}, {"calls", older->count()}});
    return true;
}

Status copy_older_maps(const std::string &pin_dir, const sipsteer_bpf &maps) {
    const auto layout = newest_older(pin_dir);
    if (!layout) {
        return Done{};
    }
    const auto directory = directory_of(pin_dir, *layout);
    for (const auto *map : {maps.maps.service_names, maps.maps.pool_names, maps.maps.server_names,
                            maps.maps.servers}) {
        if (auto copied = copy_array(directory, map); !copied) {
            return copied;
        }
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return Done{};
}

} // namespace sipsteer::dataplane

// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/pin_check.hpp"

#include "base/fd.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sipsteer::dataplane {

namespace {

/// Maps that keep the number of entries that they were made with, whatever is configured.
constexpr std::array<std::string_view, 5> kOfAnySize = {"calls", "births", "calls_before",
                                                        "births_before", "held"};

MapShape wanted_shape(const bpf_map *map) {
    const std::string_view name = bpf_map__name(map);
    const bool any = std::find(kOfAnySize.begin(), kOfAnySize.end(), name) != kOfAnySize.end();
    return {static_cast<std::uint32_t>(bpf_map__type(map)), bpf_map__key_size(map),
            bpf_map__value_size(map), any ? 0 : bpf_map__max_entries(map)};
}

Status check_pin(const bpf_map *map) {
    const std::string path = bpf_map__pin_path(map);
    const Fd pinned(bpf_obj_get(path.c_str()));
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (!pinned) {
        return Done{}; // none, or one that libbpf will complain of
    }
    if (bpf_obj_get_info_by_fd(pinned.get(), &info, &size) != 0) {
        return system_error("pin_dir: cannot read the map " + path);
    }
    const auto difference = map_difference(
        {info.type, info.key_size, info.value_size, info.max_entries}, wanted_shape(map));
    if (difference.empty()) {
        return Done{};
    }
    return Error{"pin_dir: the map " + path + " is not one of this version: " + difference +
                 "; remove that file if it is not sipsteer's, or run sipsteerd --detach, which "
                 "ends the calls, and start again"};
}

} // namespace

std::string map_difference(const MapShape &found, const MapShape &wanted) {
    const auto differs = [](const std::string &what, std::uint32_t is, std::uint32_t should_be,
                            const std::string &unit) {
        return what + std::to_string(is) + unit + " instead of " + std::to_string(should_be);
    };
    if (found.type != wanted.type) {
        return differs("its type is ", found.type, wanted.type, "");
    }
    if (found.key_bytes != wanted.key_bytes) {
        return differs("its keys have ", found.key_bytes, wanted.key_bytes, " bytes");
    }
    if (found.value_bytes != wanted.value_bytes) {
        return differs("its values have ", found.value_bytes, wanted.value_bytes, " bytes");
    }
    if (wanted.entries != 0 && found.entries != wanted.entries) {
        return differs("it has ", found.entries, wanted.entries, " entries");
    }
    return {};
}

Status check_pins(const bpf_object *object) {
    const bpf_map *map = nullptr;
    while ((map = bpf_object__next_map(object, map)) != nullptr) {
        if (bpf_map__pin_path(map) == nullptr) {
            continue;
        }
        if (auto checked = check_pin(map); !checked) {
            return checked;
        }
    }
    return Done{};
}

} // namespace sipsteer::dataplane

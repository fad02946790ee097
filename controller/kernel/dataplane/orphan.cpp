// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/orphan.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "kernel/dataplane/left_open.hpp"
#include "kernel/dataplane/maps.hpp"
#include "kernel/dataplane/multiprog.hpp"
#include "kernel/dataplane/program_info.hpp"

#include <sipsteer/layout.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <fcntl.h>
#include <net/if.h>

namespace sipsteer::dataplane {

namespace {

/// A descriptor of our own of the orphan on an interface; none if there is no orphan.
Fd orphan_on(const std::string &interface) {
    const auto found = attached_to(if_nametoindex(interface.c_str()));
    if (!found || !*found) {
        return Fd();
    }
    for (auto *program : programs_of(found->get())) {
        if (is_orphan(xdp_program__fd(program))) {
            return Fd(::fcntl(xdp_program__fd(program), F_DUPFD_CLOEXEC, 0));
        }
    }
    return Fd();
}

/// The constants are of each program by itself; a table before that has no buckets is a stand-in.
bool is_to_be_pinned(const std::string &map, const ss_settings &settings) {
    const bool is_before = map.ends_with("_before");
    return map.find(".rodata") == std::string::npos && (!is_before || settings.buckets_before != 0);
}

Status pin_maps_of(int program_fd, const ss_settings &settings, const std::string &directory) {
    for (const auto &used : used_maps(program_fd)) {
        const Fd map(bpf_map_get_fd_by_id(used.id));
        const auto path = directory + "/" + used.name;
        if (is_to_be_pinned(used.name, settings) &&
            (!map || bpf_obj_pin(map.get(), path.c_str()) != 0)) {
            return system_error("cannot pin " + path);
        }
    }
    return Done{};
}

/// Why the maps of a program are of no use to this version; empty if they are.
std::string unusable(int program_fd, const std::optional<ss_settings> &settings) {
    const auto maps = used_maps(program_fd);
    const bool named = std::any_of(maps.begin(), maps.end(),
                                   [](const auto &map) { return map.name == "server_names"; });
    return settings && settings->layout == SS_LAYOUT_VERSION && named
               ? ""
               : "its maps are of another version";
}

Status adopt(const std::string &interface, int program_fd, const std::string &pin_dir) {
    const auto settings = settings_of(program_fd);
    if (const auto problem = unusable(program_fd, settings); !problem.empty()) {
        log::warn("program_not_adopted", {{"interface", interface},
                                          {"program", program_label(program_fd)},
                                          {"problem", problem},
                                          {"effect", "it is replaced, and its calls end"}});
        return Done{};
    }
    const auto directory = maps_directory(pin_dir);
    auto pinned = make_pin_directory(directory);
    if (pinned) {
        pinned = pin_maps_of(program_fd, *settings, directory);
    }
    if (!pinned) {
        (void)remove_own_pins(pin_dir);
        return pinned;
    }
    log::warn("program_adopted", {{"interface", interface},
                                  {"program", program_label(program_fd)},
                                  {"found", "its maps were not pinned in pin_dir"},
                                  {"directory", directory}});
    return Done{};
}

} // namespace

Status bind_maps(int program_fd, const std::vector<int> &maps) {
    for (const int map : maps) {
        if (const int failed = bpf_prog_bind_map(program_fd, map, nullptr); failed != 0) {
            return system_error("cannot bind a map to the program", -failed);
        }
    }
    return Done{};
}

Status adopt_orphan(const std::vector<config::Interface> &interfaces, const std::string &pin_dir) {
    if (!pinned_call_tables(pin_dir).empty()) {
        return Done{};
    }
    const LeftOpen left_open;
    for (const auto &interface : interfaces) {
        if (const Fd program = orphan_on(interface.name)) {
            return adopt(interface.name, program.get(), pin_dir);
        }
    }
    return Done{};
}

} // namespace sipsteer::dataplane

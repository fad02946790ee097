// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/host.hpp"

#include "cli/doctor/gather/text_file.hpp"
#include "kernel/dataplane/call_table.hpp"
#include "kernel/dataplane/counters.hpp"
#include "kernel/dataplane/maps.hpp"
#include "kernel/dataplane/memory.hpp"

#include <filesystem>
#include <linux/magic.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sipsteer::doctor {

namespace {

std::string kernel_release() {
    utsname name{};
    return ::uname(&name) == 0 ? name.release : "";
}

Known<bool> is_jit_on() {
    const auto value = read_number("/proc/sys/net/core/bpf_jit_enable");
    return value ? Known<bool>(*value != 0) : Known<bool>(value.error());
}

/// What is below a directory that may not be entered is taken for what the directory is.
Known<PinPlace> place_of(std::filesystem::path path) {
    struct statfs info {};
    while (::statfs(path.c_str(), &info) != 0) {
        if ((errno != ENOENT && errno != EACCES) || path == path.parent_path()) {
            return system_error("pin_dir: " + path.string());
        }
        path = path.parent_path();
    }
    return PinPlace{path.string(), info.f_type == BPF_FS_MAGIC};
}

Clock gather_clock() {
    Clock clock;
    timex kernel{};
    clock.synchronised = ::adjtimex(&kernel) != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
    clock.unix_seconds = static_cast<std::int64_t>(::time(nullptr));
    const auto source =
        read_text("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    clock.source = source ? *source : "";
    return clock;
}

} // namespace

Host gather_host(const config::Config *config) {
    Host host;
    host.release = kernel_release();
    host.btf = ::access("/sys/kernel/btf/vmlinux", F_OK) == 0;
    host.jit = is_jit_on();
    host.cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    host.clock = gather_clock();
    if (const auto available = dataplane::memory_available()) {
        host.memory_available = *available;
    } else {
        host.memory_available = Error{"/proc/meminfo lacks MemAvailable"};
    }
    if (config != nullptr) {
        host.table_pinned = dataplane::is_table_pinned(dataplane::maps_directory(config->pin_dir),
                                                       config->call_capacity);
        host.pin_place = place_of(config->pin_dir);
        host.packets_by_cpu = dataplane::packets_by_cpu(config->pin_dir);
    }
    return host;
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/process.hpp"

#include "base/fd.hpp"
#include "cli/doctor/gather/text_file.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace sipsteer::doctor {

namespace {

Result<std::int64_t> listener_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        return Error{path + " is too long for a socket's path"};
    }
    std::memcpy(&address.sun_path, path.c_str(), path.size() + 1);
    const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (!fd ||
        ::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0 ||
        ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return system_error(path);
    }
    if (peer.pid == 0) {
        return Error{"the daemon is in another PID namespace"};
    }
    return std::int64_t{peer.pid};
}

/// Who may not look at the daemon's namespace takes it for his own.
bool is_in_other_network(const std::string &proc) {
    struct stat own {};
    struct stat its {};
    return ::stat("/proc/self/ns/net", &own) == 0 &&
           ::stat((proc + "/ns/net").c_str(), &its) == 0 &&
           (own.st_ino != its.st_ino || own.st_dev != its.st_dev);
}

/// Nothing of "max".
std::optional<std::uint64_t> number_of_file(const std::string &path) {
    const auto text = read_text(path);
    return text ? number_in(*text) : std::nullopt;
}

/// What a control group, and those it is in, let it take yet.
std::optional<std::uint64_t> memory_left(std::string group) {
    std::optional<std::uint64_t> left;
    while (group.size() > 1) {
        const std::string directory = "/sys/fs/cgroup" + group;
        const auto most = number_of_file(directory + "/memory.max");
        const auto taken = number_of_file(directory + "/memory.current");
        if (most && taken) {
            const auto here = *most - std::min(*most, *taken);
            left = std::min(left.value_or(here), here);
        }
        group.erase(group.rfind('/'));
    }
    return left;
}

} // namespace

std::optional<std::uint64_t> limit_in(const std::string &limits, const std::string &name) {
    std::istringstream lines(limits);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) {
            std::istringstream rest(line.substr(name.size()));
            std::string soft;
            rest >> soft;
            return number_in(soft);
        }
    }
    return std::nullopt;
}

std::string config_file_in(const std::string &command_line) {
    std::istringstream words(command_line);
    bool next = false;
    for (std::string word; std::getline(words, word, '\0');) {
        if (next) {
            return word;
        }
        next = word == "--config" || word == "-c";
        for (const std::string_view option : {"--config=", "-c"}) {
            if (word.starts_with(option) && word.size() > option.size() && !next) {
                return word.substr(option.size());
            }
        }
    }
    return {};
}

std::string cgroup_in(const std::string &cgroups) {
    constexpr std::string_view kUnified = "0::";
    std::istringstream lines(cgroups);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(kUnified)) {
            return line.substr(kUnified.size());
        }
    }
    return {};
}

Known<Process> process_behind(const std::string &socket) {
    const auto pid = listener_of(socket);
    if (!pid) {
        return pid.error();
    }
    const std::string proc = "/proc/" + std::to_string(*pid);
    const auto limits = read_text(proc + "/limits");
    if (!limits) {
        return limits.error();
    }
    Process process;
    process.pid = *pid;
    process.open_files = limit_in(*limits, "Max open files");
    process.locked_memory = limit_in(*limits, "Max locked memory");
    if (const auto words = read_text(proc + "/cmdline")) {
        process.config_file = config_file_in(*words);
    }
    if (const auto groups = read_text(proc + "/cgroup")) {
        process.memory_left = memory_left(cgroup_in(*groups));
    }
    process.other_network = is_in_other_network(proc);
    return process;
}

} // namespace sipsteer::doctor

// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/holder.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace sipsteer::dataplane {

namespace fs = std::filesystem;

namespace {

/// The number in a name below /proc; 0: it is none.
int number_of(const fs::path &path) {
    const auto name = path.filename().string();
    return name.find_first_not_of("0123456789") == std::string::npos ? std::stoi(name) : 0;
}

/// Whether a descriptor, by its file in fdinfo, is of the map.
bool is_of_map(const fs::path &fdinfo, std::uint32_t map_id) {
    std::ifstream file(fdinfo);
    std::string word;
    std::uint32_t id = 0;
    while (file >> word) {
        if (word == "map_id:" && file >> id) {
            return id == map_id;
        }
    }
    return false;
}

/// Processes and descriptors come and go: what cannot be read is not there.
bool has_open(const fs::path &process, std::uint32_t map_id) {
    std::error_code failed;
    for (fs::directory_iterator entry(process / "fd", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code gone;
        if (fs::read_symlink(entry->path(), gone) == "anon_inode:bpf-map" &&
            is_of_map(process / "fdinfo" / entry->path().filename(), map_id)) {
            return true;
        }
    }
    return false;
}

} // namespace

std::optional<Holder> holder_of_map(std::uint32_t map_id) {
    std::error_code failed;
    for (fs::directory_iterator entry("/proc", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const int pid = number_of(entry->path());
        if (pid == 0 || pid == ::getpid() || !has_open(entry->path(), map_id)) {
            continue;
        }
        Holder holder{pid, {}};
        std::getline(std::ifstream(entry->path() / "comm"), holder.name);
        return holder;
    }
    return std::nullopt;
}

} // namespace sipsteer::dataplane

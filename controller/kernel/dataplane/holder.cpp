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

std::string name_of(const fs::path &process) {
    std::string name;
    std::getline(std::ifstream(process / "comm"), name);
    return name;
}

enum class Has { Not, Open, Hidden };

/// Processes and descriptors come and go: what is not there has nothing open.
Has look_at(const fs::path &process, std::uint32_t map_id) {
    std::error_code failed;
    for (fs::directory_iterator entry(process / "fd", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code gone;
        const auto open = fs::read_symlink(entry->path(), gone);
        if (gone == std::errc::permission_denied) {
            return Has::Hidden;
        }
        if (open == "anon_inode:bpf-map" &&
            is_of_map(process / "fdinfo" / entry->path().filename(), map_id)) {
            return Has::Open;
        }
    }
    return Has::Not;
}

} // namespace

std::optional<Holder> holder_of_map(std::uint32_t map_id) {
    const auto own_name = name_of("/proc/self");
    std::optional<Holder> hidden;
    std::error_code failed;
    for (fs::directory_iterator entry("/proc", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const int pid = number_of(entry->path());
        const auto has = pid == 0 || pid == ::getpid() ? Has::Not : look_at(entry->path(), map_id);
        if (has == Has::Open) {
            return Holder{pid, name_of(entry->path()), true};
        }
        if (has == Has::Hidden && name_of(entry->path()) == own_name) {
            hidden = Holder{pid, own_name, false};
        }
    }
    return hidden;
}

} // namespace sipsteer::dataplane

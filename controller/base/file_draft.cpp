// SPDX-License-Identifier: Apache-2.0
#include "base/file_draft.hpp"

#include "base/fd.hpp"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace sipsteer {

namespace {

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count > 0) {
            content.remove_prefix(static_cast<std::size_t>(count));
        } else if (count < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

} // namespace

Result<FileDraft> FileDraft::write(const std::string &path, std::string_view content, mode_t mode) {
    FileDraft made(path);
    const std::string name = made.draft();
    ::unlink(name.c_str()); // of a run that was killed
    const Fd file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file || ::fchmod(file.get(), mode) != 0 || !write_all(file.get(), content) ||
        ::fsync(file.get()) != 0) {
        return system_error("cannot write " + name);
    }
    return made;
}

FileDraft::FileDraft(FileDraft &&other) noexcept : path_(std::exchange(other.path_, {})) {}

FileDraft::~FileDraft() {
    if (!path_.empty()) {
        ::unlink(draft().c_str());
    }
}

Status FileDraft::commit() {
    if (::rename(draft().c_str(), path_.c_str()) != 0) {
        return system_error("cannot replace " + path_);
    }
    return sync_folder_of(std::exchange(path_, {}));
}

Status sync_folder_of(const std::string &path) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    const Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) {
        return system_error("cannot sync " + folder);
    }
    return Done{};
}

} // namespace sipsteer

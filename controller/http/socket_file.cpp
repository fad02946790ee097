// SPDX-License-Identifier: Apache-2.0
#include "http/socket_file.hpp"

#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace sipsteer::http {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0755;

Result<sockaddr_un> make_address(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return Error{"socket path \"" + path + "\" must have 1 to " +
                     std::to_string(sizeof(address.sun_path) - 1) + " bytes"};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr *generic(const sockaddr_un &address) {
    return reinterpret_cast<const sockaddr *>(&address);
}

Fd make_socket(int flags) {
    return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

/// The folder the socket goes to, made if missing, locked against a second daemon that starts
/// at the same time. The lock goes with the descriptor.
Result<Fd> lock_folder(const std::string &path) {
    fs::path folder = fs::path(path).parent_path();
    if (folder.empty()) {
        folder = ".";
    }
    std::error_code failed;
    if (fs::create_directories(folder, failed)) {
        ::chmod(folder.c_str(), kFolderMode); // whatever the umask
    }
    if (failed) {
        return Error{"folder " + folder.string() + ": " + failed.message()};
    }
    Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) {
        return system_error("folder " + folder.string());
    }
    return lock;
}

/// Removes a socket that nobody answers on.
Status clear_place(const std::string &path, const sockaddr_un &address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? Status(Done{}) : Status(system_error(path));
    }
    if (!S_ISSOCK(status.st_mode)) {
        return Error{path + " exists and is not a socket"};
    }
    // Non-blocking: a daemon whose queue is full (EAGAIN) is alive too.
    const Fd probe = make_socket(SOCK_NONBLOCK);
    if (::connect(probe.get(), generic(address), sizeof(address)) == 0 || errno == EAGAIN) {
        return Error{"another daemon answers on " + path};
    }
    if (errno != ECONNREFUSED) {
        return system_error(path);
    }
    if (::unlink(path.c_str()) != 0) {
        return system_error("removing the stale socket " + path);
    }
    return Done{};
}

/// Nothing: the process's.
Result<std::optional<gid_t>> group_id(const std::string &group) {
    if (group.empty()) {
        return std::optional<gid_t>();
    }
    const struct group *entry = ::getgrnam(group.c_str());
    if (entry == nullptr) {
        return Error{"there is no group \"" + group + '"'};
    }
    return std::optional(entry->gr_gid);
}

bool set_group(const std::string &path, const std::optional<gid_t> &group) {
    constexpr uid_t kSameOwner = static_cast<uid_t>(-1);
    return !group || ::chown(path.c_str(), kSameOwner, *group) == 0;
}

/// A listening socket. Nobody can connect with more rights than `mode` gives, not even between
/// bind and chmod: the file is made with the mode of the socket itself, less the umask.
Result<Fd> bind_socket(const std::string &path, const sockaddr_un &address, mode_t mode,
                       const std::optional<gid_t> &group) {
    Fd socket = make_socket(0);
    if (!socket || ::fchmod(socket.get(), mode) != 0 ||
        ::bind(socket.get(), generic(address), sizeof(address)) != 0) {
        return system_error("socket " + path);
    }
    if (!set_group(path, group) || ::chmod(path.c_str(), mode) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        const Error error = system_error("socket " + path);
        ::unlink(path.c_str());
        return error;
    }
    return socket;
}

} // namespace

Result<SocketFile> SocketFile::listen(const std::string &path, mode_t mode,
                                      const std::string &group) {
    const auto gid = group_id(group);
    if (!gid) {
        return gid.error();
    }
    const auto address = make_address(path);
    if (!address) {
        return address.error();
    }
    const auto lock = lock_folder(path);
    if (!lock) {
        return lock.error();
    }
    if (const Status cleared = clear_place(path, *address); !cleared) {
        return cleared.error();
    }
    auto socket = bind_socket(path, *address, mode, *gid);
    if (!socket) {
        return socket.error();
    }
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return system_error("socket " + path);
    }
    return SocketFile(std::move(*socket), path, status.st_dev, status.st_ino);
}

SocketFile::SocketFile(Fd socket, std::string path, dev_t device, ino_t inode)
    : socket_(std::move(socket)), path_(std::move(path)), device_(device), inode_(inode) {}

SocketFile::SocketFile(SocketFile &&other) noexcept
    : socket_(std::move(other.socket_)), path_(std::exchange(other.path_, {})),
      device_(other.device_), inode_(other.inode_) {}

SocketFile::~SocketFile() {
    struct stat status {};
    if (!path_.empty() && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
        status.st_ino == inode_) {
        ::unlink(path_.c_str());
    }
}

} // namespace sipsteer::http

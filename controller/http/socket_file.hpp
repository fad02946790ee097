// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <string>
#include <sys/types.h>

namespace sipsteer::http {

/// A listening Unix stream socket and its file. The file goes when this goes, unless another
/// one has taken its place.
class SocketFile {
public:
    /// Makes the parent folder (0755) if it is missing and takes the place of a socket that
    /// nobody answers on. Fails if another daemon answers there, or something else is there.
    /// `mode` is that of the file, for example 0660; `group` its group, by name, empty: the
    /// process's.
    static Result<SocketFile> listen(const std::string &path, mode_t mode,
                                     const std::string &group = {});

    SocketFile(SocketFile &&other) noexcept;
    SocketFile &operator=(SocketFile &&) = delete;
    ~SocketFile();

    /// The listening socket, -1 after release_socket().
    int socket() const { return socket_.get(); }

    /// Gives the listening socket to the caller. The file stays ours to remove.
    int release_socket() { return socket_.release(); }

private:
    SocketFile(Fd socket, std::string path, dev_t device, ino_t inode);

    Fd socket_;
    std::string path_; // empty: moved from
    dev_t device_;
    ino_t inode_;
};

} // namespace sipsteer::http

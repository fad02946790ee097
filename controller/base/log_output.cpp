// SPDX-License-Identifier: Apache-2.0
#include "base/log_output.hpp"

#include <algorithm>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sipsteer::log {

namespace {

/// A description of its own for what `fd` is open on; invalid if the system refuses that.
Fd open_again(int fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    return Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

bool has_room(int fd) {
    pollfd ready{fd, POLLOUT, 0};
    return ::poll(&ready, 1, 0) == 1;
}

} // namespace

Output::Output(int fd) : fd_(fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        return;
    }
    if (S_ISSOCK(status.st_mode)) {
        kind_ = Kind::Socket;
    } else if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
        kind_ = Kind::Waits;
        own_ = open_again(fd);
    }
}

/// As much as the system takes now; 0 after an error.
std::size_t Output::write_some(std::string_view bytes) const {
    ssize_t count = 0;
    switch (kind_) {
    case Kind::Socket:
        count = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        break;
    case Kind::Waits:
        if (own_) {
            count = ::write(own_.get(), bytes.data(), bytes.size());
        } else if (has_room(fd_)) { // then a pipe takes so much at once
            count = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        }
        break;
    case Kind::File:
        count = ::write(fd_, bytes.data(), bytes.size());
        break;
    }
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Output::put(std::string_view line) {
    flush();
    if (waiting_.empty()) {
        while (const std::size_t count = write_some(line)) {
            line.remove_prefix(count);
        }
        waiting_ = line; // the rest of it, whatever its size: no line is cut
        return;
    }
    if (waiting_.size() + line.size() > kMostWaiting) {
        ++lost_;
        return;
    }
    waiting_ += line;
}

void Output::flush() {
    std::string_view left = waiting_;
    while (!left.empty()) {
        const std::size_t count = write_some(left);
        if (count == 0) {
            break;
        }
        left.remove_prefix(count);
    }
    waiting_.erase(0, waiting_.size() - left.size());
}

std::uint64_t Output::take_news_of_loss() {
    if (waiting_.size() > kMostWaiting / 2) {
        return 0;
    }
    return lost_ - std::exchange(told_, lost_);
}

} // namespace sipsteer::log

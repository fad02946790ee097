// SPDX-License-Identifier: Apache-2.0
#include "cli/waiting.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sipsteer::cli {

using std::chrono::milliseconds;

Signals::Signals(std::initializer_list<int> which) {
    sigset_t set{};
    sigemptyset(&set);
    for (const int signal : which) {
        sigaddset(&set, signal);
    }
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    fd_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

/// A signal too many, as of somebody who pressed Ctrl-C twice, is to end nothing afterwards.
Signals::~Signals() {
    while (take()) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Signals::take() const {
    signalfd_siginfo signal{};
    return ::read(fd(), &signal, sizeof(signal)) > 0;
}

bool Signals::wait(milliseconds longest) const {
    pollfd place{fd(), POLLIN, 0};
    return ::poll(&place, 1, static_cast<int>(longest.count())) > 0 && take();
}

Status Waiting::wait(int fd, short events) {
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(until_ - Clock::now());
        std::array<pollfd, 2> places{
            {{fd, events, 0}, {signals_ == nullptr ? -1 : signals_->fd(), POLLIN, 0}}};
        const int ready = ::poll(places.data(), places.size(),
                                 static_cast<int>(std::max(left, milliseconds(0)).count()));
        if (ready < 0 && errno != EINTR) {
            return Error{std::strerror(errno)};
        }
        if (auto looked = look(); !looked) {
            return looked;
        }
        if (ready > 0 && places[0].revents != 0) {
            return Done{};
        }
        if (Clock::now() >= until_) {
            return Error{"timed out"};
        }
    }
}

Status Waiting::look() {
    while (!over_ && signals_ != nullptr && signals_->take()) {
        over_ = !on_signal_();
    }
    return over_ ? Status(Error{"interrupted"}) : Done{};
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <iostream>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

volatile std::sig_atomic_t end_wanted = 0;

void on_end(int) {
    end_wanted = 1;
}

void on_resize(int) {} // it interrupts poll(): the picture is drawn anew

void handle(int number, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr);
}

constexpr char kCtrlC = 3;
constexpr std::size_t kUsualLines = 24;

} // namespace

Terminal::Terminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) { // from outside; keys are read
        handle(number, on_end);
    }
    handle(SIGWINCH, on_resize);
    std::cout << "\x1b[?1049h\x1b[?25l\x1b[?7l" << std::flush;
}

Terminal::~Terminal() {
    std::cout << "\x1b[?7h\x1b[?25h\x1b[?1049l" << std::flush;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

std::size_t Terminal::lines() {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
    return (known ? size.ws_row : kUsualLines) - 1; // the cursor is on the last
}

void Terminal::draw(const std::string &text) {
    const std::size_t room = lines();
    std::string picture = "\x1b[H";
    std::size_t start = 0;
    for (std::size_t line = 0; line < room && start < text.size(); line++) {
        const auto end = text.find('\n', start);
        picture += text.substr(start, end - start) + "\x1b[K\r\n";
        start = end == text.npos ? text.size() : end + 1;
    }
    std::cout << picture << "\x1b[J" << std::flush;
}

bool Terminal::wants_end(int milliseconds) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, milliseconds);
    if (end_wanted != 0 || (ready < 0 && errno != EINTR)) {
        return true;
    }
    char key = 0;
    return ready > 0 && (::read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == kCtrlC);
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// Bytes to the daemon and back: over a Unix socket, TCP, or TLS.
#pragma once

#include "base/fd.hpp"
#include "cli/access.hpp"
#include "cli/tls.hpp"
#include "cli/waiting.hpp"

#include <array>
#include <functional>
#include <string_view>
#include <sys/socket.h>

namespace sipsteer::cli {

class Channel {
public:
    /// Both must outlive it.
    Channel(const Access &access, Waiting &waiting) : access_(access), waiting_(waiting) {}

    /// An error says what failed and what may help.
    Status connect();

    Status send(std::string_view bytes);

    /// What has come, valid until the next call; empty: the daemon will say nothing more.
    Result<std::string_view> read();

    /// Tells the daemon that nothing more will be said to it. Reading goes on.
    void say_no_more() { ::shutdown(fd_.get(), SHUT_WR); }

private:
    /// What came of one attempt.
    struct Attempt {
        std::size_t bytes = 0; // that were read or sent; 0: the end
        short wanted = 0;      // poll(2): to be waited for before another attempt
        std::string problem = {};
    };

    Status connect_anywhere();
    Status connect_local();
    Status connect_to(const sockaddr *address, socklen_t size);
    Status shake_hands();
    Result<std::size_t> attempt(const std::function<Attempt()> &once);
    Attempt tls_outcome(int result) const;

    const Access &access_;
    Waiting &waiting_;
    Fd fd_;
    TlsSession tls_;
    std::array<char, 65536> piece_{};
};

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// Network namespaces without a name: they end when the last descriptor and socket in them is
// closed, so with the test at the latest, whatever becomes of it.
#pragma once

#include "base/fd.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace sipsteer::test {

class NetworkNamespace {
public:
    NetworkNamespace();

    /// A path that `ip link ... netns` takes.
    std::string path() const;

    int fd() const { return fd_.get(); }

private:
    Fd fd_;
};

/// The calling thread is in the namespace for as long as this lives.
class Inside {
public:
    explicit Inside(const NetworkNamespace &netns);
    ~Inside();
    Inside(const Inside &) = delete;
    Inside &operator=(const Inside &) = delete;

private:
    Fd before_;
};

/// Runs a shell command, which must succeed, in the thread's namespace.
void shell(const std::string &command);

/// Whether it succeeds.
bool shell_says(const std::string &command);

/// Writes a file of /proc/sys/net.
void set_sysctl(const std::string &name, const std::string &value);

/// A director and a server on one segment, each with an interface eth0 that is up. The director
/// has 192.0.2.1/24 and 2001:db8::1/64, the server 192.0.2.11 and 2001:db8::b. The thread is in
/// the director's namespace.
class Segment {
public:
    Segment();

    /// Runs a shell command on the server's side.
    void on_server(const std::string &command) const;

    /// Whatever changes on the server's side, it does not announce it.
    void stay_silent() const;

    /// Receives every frame of a protocol (ETH_P_...) that arrives at the server's eth0.
    Fd capture(int protocol) const;

    const NetworkNamespace &server() const { return server_; }

private:
    NetworkNamespace server_;
    NetworkNamespace director_;
    Inside inside_;
};

/// Runs `io` until the condition holds. False if it never did in that time.
bool run_until(boost::asio::io_context &io, const std::function<bool()> &condition,
               std::chrono::milliseconds limit);

void run_for(boost::asio::io_context &io, std::chrono::milliseconds time);

} // namespace sipsteer::test

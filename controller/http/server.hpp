// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "http/tls.hpp"
#include "http/tokens.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sipsteer::http {

class Listener;
class SocketFile;

/// An HTTP/1.1 server on a Unix domain socket, on TCP, on both. Everything happens on the thread
/// that runs the io_context, handlers included: they must not block. The io_context must outlive
/// the server.
class Server {
public:
    Server(boost::asio::io_context &io, Router router, const Limits &limits = {});
    ~Server(); // as stop()
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// Begins to serve at `path`, with that mode (0660) and group on the file; empty: the daemon's.
    /// Once. Takes the place of a socket that nobody answers on; fails if another daemon answers
    /// there.
    Status listen(const std::string &path, mode_t mode, const std::string &group = {});

    /// Begins to serve clients that have a token, at an address (unspecified: all of its family)
    /// and a port (0: any that is free). `tls` null: in plain text. Gives the port.
    Result<std::uint16_t> listen_tcp(const Address &address, std::uint16_t port,
                                     const TlsContext &tls, std::shared_ptr<Tokens> tokens);

    /// Another certificate and key for connections to come, of the listener that the call of
    /// listen_tcp() of this number began, from 0. Those that there are keep theirs.
    void renew_tls(std::size_t listener, const TlsContext &tls);

    /// Removes the socket's file, takes no more connections and requests, ends idle connections
    /// and lets answers under way finish, for limits.stop_grace at most. Returns at once; the
    /// io_context then runs out of the server's work.
    void stop();

private:
    boost::asio::io_context &io_;
    std::shared_ptr<const Router> router_;
    Limits limits_;
    std::unique_ptr<SocketFile> file_;
    boost::asio::thread_pool aside_{1}; // reads long bodies
    std::shared_ptr<Listener> local_;
    std::vector<std::shared_ptr<Listener>> tcp_;
};

} // namespace sipsteer::http

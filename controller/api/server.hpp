// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/limits.hpp"
#include "api/router.hpp"
#include "util/result.hpp"

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <sys/types.h>

namespace sipsteer::api {

/// An HTTP/1.1 server on a Unix domain socket. Everything happens on the thread that runs the
/// io_context, handlers included: they must not block. The io_context must outlive the server.
class Server {
public:
    Server(boost::asio::io_context &io, Router router, const Limits &limits = {});
    ~Server(); // as stop()
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// Begins to serve at `path`, with that mode (0660) on the file. Once. Takes the place of a
    /// socket that nobody answers on; fails if another daemon answers there.
    Status listen(const std::string &path, mode_t mode);

    /// Removes the socket's file, takes no more connections and requests, ends idle connections
    /// and lets answers under way finish, for limits.stop_grace at most. Returns at once; the
    /// io_context then runs out of the server's work.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace sipsteer::api

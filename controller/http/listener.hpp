// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/access.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "http/session.hpp"
#include "http/stream_socket.hpp"
#include "http/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>

namespace sipsteer::http {

/// One listening socket and its clients. Each listener has its own limit of connections: those who
/// fill one do not keep others from another. Nor can one source take all of one's connections, and
/// when all are taken, those that no token was shown on make room for others, then those that wait
/// for a request.
class Listener : public std::enable_shared_from_this<Listener> {
public:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

    /// `tls` null: plain text. `aside` has a thread that reads long bodies.
    Listener(Acceptor acceptor, TlsContext tls, Access access, std::shared_ptr<const Router> router,
             const Limits &limits, boost::asio::any_io_executor aside);

    /// Begins to take connections. Once.
    void start();

    /// For the connections to come.
    void renew_tls(TlsContext tls) { tls_ = std::move(tls); }

    /// As Server::stop().
    void stop();

private:
    boost::asio::awaitable<void> accept_all();
    void take(StreamSocket socket);
    void turn_away(StreamSocket &socket, const ClientAddress &client);
    bool source_is_full(const ClientAddress &client) const;
    bool make_room();
    void serve(StreamSocket socket, const ClientAddress &client);
    void ended(const std::shared_ptr<Session> &session);
    void abort_all();

    Acceptor acceptor_;
    TlsContext tls_;
    Access access_;
    std::shared_ptr<const Router> router_;
    Limits limits_;
    boost::asio::any_io_executor aside_;
    boost::asio::steady_timer timer_; // a pause in accepting; when stopping, the end of grace
    std::list<std::shared_ptr<Session>> sessions_; // the oldest first
    Alarm too_many_{"api_too_many_connections"};
    bool stopping_ = false;
};

} // namespace sipsteer::http

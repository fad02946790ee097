// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include "http/listener.hpp"
#include "http/socket_file.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <utility>

namespace sipsteer::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

tcp::endpoint endpoint_of(const Address &address, std::uint16_t port) {
    if (address.is_ipv4()) {
        return {asio::ip::address_v4(address.ipv4_bytes()), port};
    }
    return {asio::ip::address_v6(address.bytes()), port};
}

/// A listening socket. A daemon that starts again need not wait for connections that its forerunner
/// closed; "::" is for IPv6 alone, so that "0.0.0.0" can stand beside it.
Result<tcp::acceptor> bind_tcp(asio::io_context &io, const tcp::endpoint &endpoint) {
    tcp::acceptor acceptor(io);
    error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) {
        acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    }
    if (!failed && endpoint.protocol() == tcp::v6()) {
        acceptor.set_option(asio::ip::v6_only(true), failed);
    }
    if (!failed) {
        acceptor.bind(endpoint, failed);
    }
    if (!failed) {
        acceptor.listen(asio::socket_base::max_listen_connections, failed);
    }
    if (failed) {
        return Error{"cannot listen there: " + failed.message()};
    }
    return acceptor;
}

} // namespace

Server::Server(asio::io_context &io, Router router, const Limits &limits)
    : io_(io), router_(std::make_shared<const Router>(std::move(router))), limits_(limits) {}

Server::~Server() {
    stop();
}

Status Server::listen(const std::string &path, mode_t mode, const std::string &group) {
    auto file = SocketFile::listen(path, mode, group);
    if (!file) {
        return file.error();
    }
    asio::local::stream_protocol::acceptor acceptor(io_);
    error_code failed;
    acceptor.assign(asio::local::stream_protocol(), file->socket(), failed);
    if (failed) {
        return Error{"socket " + path + ": " + failed.message()};
    }
    file->release_socket();
    file_ = std::make_unique<SocketFile>(std::move(*file));
    local_ = std::make_shared<Listener>(std::move(acceptor), nullptr, Access(nullptr), router_,
                                        limits_, aside_.get_executor());
    local_->start();
    return Done{};
}

Result<std::uint16_t> Server::listen_tcp(const Address &address, std::uint16_t port,
                                         const TlsContext &tls, std::shared_ptr<Tokens> tokens) {
    auto acceptor = bind_tcp(io_, endpoint_of(address, port));
    if (!acceptor) {
        return acceptor.error();
    }
    error_code ignored;
    const std::uint16_t bound = acceptor->local_endpoint(ignored).port();
    tcp_.push_back(std::make_shared<Listener>(std::move(*acceptor), tls, Access(std::move(tokens)),
                                              router_, limits_, aside_.get_executor()));
    tcp_.back()->start();
    return bound;
}

void Server::renew_tls(std::size_t listener, const TlsContext &tls) {
    tcp_.at(listener)->renew_tls(tls);
}

void Server::stop() {
    file_.reset(); // first: the open socket keeps the file's inode from being given anew
    if (local_) {
        local_->stop();
    }
    for (const auto &listener : tcp_) {
        listener->stop();
    }
}

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
#include "api/server.hpp"

#include "api/problem.hpp"
#include "api/session.hpp"
#include "api/socket_file.hpp"
#include "util/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace sipsteer::api {

namespace asio = boost::asio;
using asio::awaitable;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

/// After a failed accept, which fails again at once: out of descriptors, say.
constexpr std::chrono::milliseconds kAcceptPause{100};

void log_exception(const char *event, const std::exception_ptr &exception) {
    try {
        if (exception) {
            std::rethrow_exception(exception);
        }
    } catch (const std::exception &caught) {
        log::error(event, {{"error", caught.what()}});
    } catch (...) {
        log::error(event, {{"error", "unknown exception"}});
    }
}

/// Tells a client that there are too many. What does not fit its socket's buffer is not sent.
void turn_away(stream_protocol::socket &socket) {
    Response response = problem_response({503, "too many connections", {}, {}});
    response.fields.emplace_back("Retry-After", "1");
    std::ostringstream text;
    text << to_http(std::move(response), 11, false);
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(text.str()), 0, ignored);
}

} // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context &io, Router router, const Limits &limits)
        : limits_(limits), router_(std::make_shared<const Router>(std::move(router))), io_(io),
          acceptor_(io), timer_(io) {}

    Status listen(const std::string &path, mode_t mode) {
        auto file = SocketFile::listen(path, mode);
        if (!file) {
            return file.error();
        }
        error_code failed;
        acceptor_.assign(stream_protocol(), file->socket(), failed);
        if (failed) {
            return Error{"socket " + path + ": " + failed.message()};
        }
        file->release_socket();
        file_.emplace(std::move(*file));
        asio::co_spawn(io_, accept_all(),
                       [self = shared_from_this()](const std::exception_ptr &failure) {
                           log_exception("api_accept_failed", failure);
                       });
        return Done{};
    }

    void stop() {
        if (stopping_) {
            return;
        }
        stopping_ = true;
        timer_.cancel();
        file_.reset(); // first: the open socket keeps the file's inode from being given anew
        error_code ignored;
        acceptor_.close(ignored);
        for (const auto &session : sessions_) {
            session->stop();
        }
        if (!sessions_.empty()) {
            timer_.expires_after(limits_.stop_grace);
            timer_.async_wait([self = shared_from_this()](const error_code &cancelled) {
                if (!cancelled) {
                    self->abort_all();
                }
            });
        }
    }

private:
    awaitable<void> accept_all() {
        while (!stopping_) {
            error_code failed;
            stream_protocol::socket socket(io_);
            co_await acceptor_.async_accept(socket,
                                            asio::redirect_error(asio::use_awaitable, failed));
            if (stopping_) {
                co_return;
            }
            if (failed) {
                log::warn("api_accept_failed", {{"error", failed.message()}});
                timer_.expires_after(kAcceptPause);
                co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
            } else if (sessions_.size() >= limits_.connections) {
                if (!std::exchange(full_, true)) { // once, not for each who is turned away
                    log::warn("api_too_many_connections", {{"connections", sessions_.size()}});
                }
                turn_away(socket);
            } else {
                full_ = false;
                serve(std::move(socket));
            }
        }
    }

    void serve(stream_protocol::socket socket) {
        const auto session = std::make_shared<Session>(std::move(socket), router_, limits_);
        sessions_.insert(session);
        asio::co_spawn(io_, session->run(),
                       [self = shared_from_this(), session](const std::exception_ptr &failure) {
                           log_exception("api_connection_failed", failure);
                           self->ended(session);
                       });
    }

    void ended(const std::shared_ptr<Session> &session) {
        session->abort();
        sessions_.erase(session);
        if (stopping_ && sessions_.empty()) {
            timer_.cancel();
        }
    }

    void abort_all() {
        for (const auto &session : sessions_) {
            session->abort();
        }
    }

    const Limits limits_;
    const std::shared_ptr<const Router> router_;
    asio::io_context &io_;
    stream_protocol::acceptor acceptor_;
    asio::steady_timer timer_; // a pause in accepting; when stopping, the end of grace
    std::optional<SocketFile> file_;
    std::set<std::shared_ptr<Session>> sessions_;
    bool full_ = false;
    bool stopping_ = false;
};

Server::Server(asio::io_context &io, Router router, const Limits &limits)
    : impl_(std::make_shared<Impl>(io, std::move(router), limits)) {}

Server::~Server() {
    impl_->stop();
}

Status Server::listen(const std::string &path, mode_t mode) {
    return impl_->listen(path, mode);
}

void Server::stop() {
    impl_->stop();
}

} // namespace sipsteer::api

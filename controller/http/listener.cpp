// SPDX-License-Identifier: Apache-2.0
#include "http/listener.hpp"

#include "base/log.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace sipsteer::http {

namespace asio = boost::asio;
using asio::awaitable;
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

} // namespace

Listener::Listener(Acceptor acceptor, TlsContext tls, Access access,
                   std::shared_ptr<const Router> router, const Limits &limits,
                   asio::any_io_executor aside)
    : acceptor_(std::move(acceptor)), tls_(std::move(tls)), access_(std::move(access)),
      router_(std::move(router)), limits_(limits), aside_(std::move(aside)),
      timer_(acceptor_.get_executor()) {}

void Listener::start() {
    asio::co_spawn(acceptor_.get_executor(), accept_all(),
                   [self = shared_from_this()](const std::exception_ptr &failure) {
                       log_exception("api_accept_failed", failure);
                   });
}

void Listener::stop() {
    if (stopping_) {
        return;
    }
    stopping_ = true;
    timer_.cancel();
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

awaitable<void> Listener::accept_all() {
    while (!stopping_) {
        error_code failed;
        StreamSocket socket(acceptor_.get_executor());
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, failed));
        if (stopping_) {
            co_return;
        }
        if (failed) {
            log::warn("api_accept_failed", {{"error", failed.message()}});
            timer_.expires_after(kAcceptPause);
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
        } else {
            take(std::move(socket));
        }
    }
}

void Listener::take(StreamSocket socket) {
    const auto client = client_address(socket);
    if (source_is_full(client) || (sessions_.size() >= limits_.connections && !make_room())) {
        turn_away(socket, client);
        return;
    }
    serve(std::move(socket), client);
}

bool Listener::source_is_full(const ClientAddress &client) const {
    const auto from_there = [&](const auto &session) { return session->source() == client.source; };
    return !client.source.empty() &&
           std::count_if(sessions_.begin(), sessions_.end(), from_there) >=
               static_cast<std::ptrdiff_t>(limits_.connections_from_one_source);
}

/// Ends the oldest connection of those whose clients are not known, or else the one that has been
/// waiting longest for another request, if there is one: HTTP lets a server do that at any time,
/// and clients ask again (RFC 9112, 9.6).
bool Listener::make_room() {
    auto least = std::find_if(sessions_.begin(), sessions_.end(),
                              [](const auto &session) { return !session->is_known(); });
    if (least == sessions_.end()) {
        const auto waiting_since = [](const auto &session) {
            return session->idle_since().value_or(Session::Clock::time_point::max());
        };
        least = std::min_element(sessions_.begin(), sessions_.end(),
                                 [&](const auto &one, const auto &other) {
                                     return waiting_since(one) < waiting_since(other);
                                 });
        if (least == sessions_.end() || !(*least)->idle_since()) {
            return false;
        }
    }
    (*least)->abort();
    sessions_.erase(least);
    return true;
}

/// Tells a client that there are too many. What does not fit its socket's buffer is not sent; a
/// client that wants to speak TLS would not understand it.
void Listener::turn_away(StreamSocket &socket, const ClientAddress &client) {
    const bool of_source = sessions_.size() < limits_.connections;
    too_many_.note(
        client.text,
        std::to_string(of_source ? limits_.connections_from_one_source : limits_.connections) +
            (of_source ? " from one source" : " in total"),
        Alarm::Clock::now());
    if (tls_) {
        return;
    }
    router_->note_refused("", 503);
    Response response = problem_response({503, "too many connections", {}, {}});
    response.fields.emplace_back("Retry-After", "1");
    const std::string text = answer_text(std::move(response), {11, false, false});
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(text), 0, ignored);
}

void Listener::serve(StreamSocket socket, const ClientAddress &client) {
    const auto session = std::make_shared<Session>(Transport(std::move(socket), tls_), client,
                                                   router_, access_, limits_, aside_);
    sessions_.push_back(session);
    asio::co_spawn(acceptor_.get_executor(), session->run(),
                   [self = shared_from_this(), session](const std::exception_ptr &failure) {
                       log_exception("api_connection_failed", failure);
                       self->ended(session);
                   });
}

void Listener::ended(const std::shared_ptr<Session> &session) {
    session->abort();
    sessions_.remove(session);
    if (stopping_ && sessions_.empty()) {
        timer_.cancel();
    }
}

void Listener::abort_all() {
    for (const auto &session : sessions_) {
        session->abort();
    }
}

} // namespace sipsteer::http

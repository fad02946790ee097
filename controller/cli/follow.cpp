// SPDX-License-Identifier: Apache-2.0
#include "cli/follow.hpp"

#include "cli/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>

namespace sipsteer::cli {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// For what is on the way when a signal has come.
constexpr std::chrono::seconds kGrace{3};

class Following {
public:
    Following(const Access &access, const Taker &taker) : access_(access), taker_(taker) {}

    Followed run(const std::string &target);

private:
    asio::awaitable<void> talk();
    void begin();
    void take(std::string_view piece);
    void await_signal();
    void end_gently();
    int end_code(const error_code &failed) const;
    void end(int exit_code);

    const Access &access_;
    const Taker &taker_;
    Exchange exchange_;
    asio::io_context io_;
    asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
    asio::steady_timer grace_{io_};
    Followed followed_;
    bool over_ = false;
};

Followed Following::run(const std::string &target) {
    exchange_.request = make_request(access_, "GET", target);
    exchange_.begun = [this] { begin(); };
    exchange_.take = [this](std::string_view piece) { take(piece); };
    await_signal();
    asio::co_spawn(io_, talk(), [this](const std::exception_ptr &failed) {
        if (failed) {
            end(fail(kExitFailed, "internal error"));
        }
    });
    io_.run();
    return followed_;
}

asio::awaitable<void> Following::talk() {
    error_code failed;
    try {
        co_await converse(access_, exchange_);
    } catch (const boost::system::system_error &error) {
        failed = error.code();
    }
    if (!over_) {
        end(end_code(failed));
    }
}

void Following::begin() {
    if (const auto begun = taker_.begin(); !begun) {
        end(fail(kExitFailed, begun.error().message));
        return;
    }
    followed_.begun = true;
}

void Following::take(std::string_view piece) {
    if (over_) {
        return;
    }
    if (const auto taken = taker_.take(piece); !taken) {
        end(fail(kExitFailed, taken.error().message));
    }
}

void Following::await_signal() {
    signals_.async_wait([this](const error_code &failed, int) {
        if (failed || over_) {
            return;
        }
        if (!followed_.begun || followed_.by_signal) {
            end(followed_.begun ? kExitOk : kExitFailed);
            return;
        }
        followed_.by_signal = true;
        end_gently();
        await_signal();
    });
}

/// That the client will say nothing more makes the daemon end the answer.
void Following::end_gently() {
    exchange_.say_no_more();
    grace_.expires_after(kGrace);
    grace_.async_wait([this](const error_code &cancelled) {
        if (!cancelled) {
            end(kExitOk);
        }
    });
}

int Following::end_code(const error_code &failed) const {
    if (failed && followed_.by_signal) {
        return kExitOk;
    }
    if (failed && followed_.begun) {
        return fail(kExitNotReachable, "the connection to the daemon ended: " + failed.message());
    }
    if (failed) {
        return fail(kExitNotReachable, not_reachable(access_, exchange_, failed));
    }
    return followed_.begun ? kExitOk : fail(kExitFailed, refusal(exchange_.parser.get()));
}

void Following::end(int exit_code) {
    followed_.exit_code = exit_code;
    over_ = true;
    io_.stop();
}

} // namespace

Followed follow(const Context &context, const std::string &target, const Taker &taker) {
    const auto access = find_access(context);
    if (!access) {
        return {fail(kExitUsage, access.error().message)};
    }
    return Following(*access, taker).run(target);
}

} // namespace sipsteer::cli

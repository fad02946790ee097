// SPDX-License-Identifier: Apache-2.0
#include "cli/follow.hpp"

#include "cli/connection.hpp"

#include <csignal>

namespace sipsteer::cli {

namespace {

/// Hands a stream on, and says what goes wrong with that.
class Following {
public:
    explicit Following(const Taker &taker) : taker_(taker) {}

    Followed run(const Access &access, const std::string &target);

private:
    bool goes_on(const Status &done);
    int end_code(const Result<Ending> &ended, const Exchange &exchange) const;

    const Taker &taker_;
    int failed_ = kExitOk;
};

Followed Following::run(const Access &access, const std::string &target) {
    const Signals signals{SIGINT, SIGTERM, SIGHUP};
    Followed followed;
    const StreamTaker stream{[&] {
                                 followed.begun = goes_on(taker_.begin());
                                 return followed.begun;
                             },
                             [&](std::string_view piece) { return goes_on(taker_.take(piece)); },
                             &signals, true};
    Exchange exchange{"GET", target};
    exchange.taker = &stream;
    const auto ended = converse(access, exchange);
    followed.by_signal = followed.begun && ended && *ended == Ending::Signal;
    followed.exit_code = end_code(ended, exchange);
    return followed;
}

bool Following::goes_on(const Status &done) {
    failed_ = done ? kExitOk : fail(kExitFailed, done.error().message);
    return done.ok();
}

int Following::end_code(const Result<Ending> &ended, const Exchange &exchange) const {
    if (!ended) {
        return fail(kExitNotReachable, ended.error().message);
    }
    if (*ended == Ending::Enough) {
        return failed_;
    }
    if (exchange.has_begun) {
        return kExitOk;
    }
    return *ended == Ending::Signal ? kExitFailed : fail(kExitFailed, refusal(exchange.reply));
}

} // namespace

Followed follow(const Context &context, const std::string &target, const Taker &taker) {
    const auto access = find_access(context);
    if (!access) {
        return {fail(kExitUsage, access.error().message)};
    }
    return Following(taker).run(*access, target);
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
#include "cluster/redis_link.hpp"

#include "base/log.hpp"
#include "cluster/password.hpp"
#include "cluster/redis_events.hpp"
#include "config/cluster_rules.hpp"

#include <algorithm>
#include <hiredis/async.h>
#include <memory>
#include <utility>

namespace sipsteer::cluster {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kShortestPause = 250ms;
constexpr std::chrono::milliseconds kLongestPause = 8s;

/// A replica may be promoted at any moment, and this director may be the only one with calls.
constexpr std::chrono::milliseconds kPauseOfReplica = 500ms;

/// A stream is read with a wait of a second, so nothing takes longer if Redis is well.
constexpr std::chrono::seconds kLongestSilence{5};
constexpr std::chrono::seconds kLookInterval{1};

std::string why(const redisAsyncContext &context) {
    return context.errstr != nullptr && *context.errstr != '\0' ? context.errstr
                                                                : "the connection ended";
}

const char *name_of(RedisLink::Use use) {
    return use == RedisLink::Use::Write ? "tell" : "hear";
}

} // namespace

std::string_view text_of(const redisReply *reply) {
    const bool is_text = reply != nullptr &&
                         (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
    return is_text ? std::string_view(reply->str, reply->len) : std::string_view();
}

std::vector<const redisReply *> elements_of(const redisReply *reply) {
    return reply != nullptr && reply->type == REDIS_REPLY_ARRAY
               ? std::vector<const redisReply *>(reply->element, reply->element + reply->elements)
               : std::vector<const redisReply *>();
}

std::string problem_of(const redisReply *reply) {
    if (reply == nullptr) {
        return "the connection ended";
    }
    return reply->type == REDIS_REPLY_ERROR ? std::string(reply->str, reply->len) : std::string();
}

struct RedisLink::Waiting {
    RedisLink *link;
    Done done;
};

RedisLink::RedisLink(boost::asio::io_context &io, config::Redis redis, Use use, Watcher watcher)
    : io_(io), redis_(std::move(redis)), use_(use), watcher_(std::move(watcher)), retry_timer_(io),
      look_timer_(io), pause_(kShortestPause), problems_(redis_.addresses.size()) {}

RedisLink::~RedisLink() {
    ending_ = true;
    if (context_ != nullptr) {
        context_->data = nullptr;
        redisAsyncFree(context_);
    }
}

void RedisLink::start() {
    connect();
    await_look();
}

std::string RedisLink::address() const {
    return config::RedisAddressList::to_text(redis_.addresses[last_]);
}

void RedisLink::connect() {
    last_ = next_;
    next_ = (next_ + 1) % redis_.addresses.size();
    const config::RedisAddress &at = redis_.addresses[last_];
    context_ = at.socket.empty()
                   ? redisAsyncConnect(at.tcp.address.to_string().c_str(), at.tcp.port)
                   : redisAsyncConnectUnix(at.socket.c_str());
    if (context_ == nullptr || context_->err != 0) {
        const std::string problem = context_ == nullptr ? "no memory" : why(*context_);
        if (context_ != nullptr) {
            redisAsyncFree(std::exchange(context_, nullptr));
        }
        return ended(problem);
    }
    context_->data = this;
    progress_ = std::chrono::steady_clock::now();
    attach_events(io_, *context_);
    // After a failure hiredis frees the context by itself.
    redisAsyncSetConnectCallback(context_, [](const redisAsyncContext *context, int status) {
        if (auto *link = static_cast<RedisLink *>(context->data)) {
            link->on_connected(status == REDIS_OK, why(*context));
        }
    });
    redisAsyncSetDisconnectCallback(context_, [](const redisAsyncContext *context, int) {
        if (auto *link = static_cast<RedisLink *>(context->data)) {
            link->context_ = nullptr;
            link->ended(why(*context));
        }
    });
}

void RedisLink::on_connected(bool connected, const std::string &problem) {
    if (connected) {
        return sign_in();
    }
    context_ = nullptr;
    ended(problem);
}

/// The file is read for each connection: a new password needs no restart.
void RedisLink::sign_in() {
    if (!redis_.password_file) {
        return ask_role();
    }
    const auto password = read_password(*redis_.password_file);
    if (!password) {
        return drop(password.error().message);
    }
    Command command{"AUTH"};
    if (redis_.user) {
        command.push_back(*redis_.user);
    }
    command.push_back(*password);
    send(command, [this](const redisReply *reply) {
        const auto problem = problem_of(reply);
        problem.empty() ? ask_role() : drop(problem);
    });
}

/// A replica answers reads alone.
void RedisLink::ask_role() {
    send({"ROLE"}, [this](const redisReply *reply) {
        const auto elements = elements_of(reply);
        const auto problem = problem_of(reply);
        const bool takes_writes = !elements.empty() && text_of(elements.front()) == "master";
        if (!problem.empty()) {
            drop(problem);
        } else if (use_ == Use::Write && !takes_writes) {
            pause_ = std::min(pause_, kPauseOfReplica);
            drop("this Redis is a replica and takes no writes");
        } else {
            set_up();
        }
    });
}

void RedisLink::set_up() {
    up_ = true;
    pause_ = kShortestPause;
    problem_.clear();
    problems_[last_].clear();
    log::info("cluster_redis_up", {{"to", name_of(use_)}, {"address", address()}});
    watcher_.up();
}

void RedisLink::send(const Command &command, Done done) {
    if (context_ == nullptr) {
        return done(nullptr);
    }
    std::vector<const char *> words;
    std::vector<std::size_t> sizes;
    for (const auto &word : command) {
        words.push_back(word.data());
        sizes.push_back(word.size());
    }
    if (unanswered_++ == 0) {
        progress_ = std::chrono::steady_clock::now();
    }
    auto waiting = std::make_unique<Waiting>(Waiting{this, std::move(done)});
    const auto answered = [](redisAsyncContext *context, void *reply, void *data) {
        const std::unique_ptr<Waiting> one(static_cast<Waiting *>(data));
        RedisLink *link = one->link;
        if (link->ending_) {
            return;
        }
        if (context->data == nullptr) { // dropped
            return one->done(nullptr);
        }
        link->unanswered_ -= link->unanswered_ == 0 ? 0 : 1;
        link->progress_ = std::chrono::steady_clock::now();
        one->done(static_cast<const redisReply *>(reply));
    };
    if (redisAsyncCommandArgv(context_, answered, waiting.get(), static_cast<int>(words.size()),
                              words.data(), sizes.data()) == REDIS_OK) {
        (void)waiting.release(); // the callback has it now
    } else {
        --unanswered_;
        waiting->done(nullptr);
    }
}

void RedisLink::drop(const std::string &problem) {
    if (context_ == nullptr) {
        return;
    }
    redisAsyncContext *context = std::exchange(context_, nullptr);
    context->data = nullptr;
    redisAsyncFree(context); // in a callback: after it
    ended(problem);
}

void RedisLink::ended(const std::string &problem) {
    const bool was_up = std::exchange(up_, false);
    unanswered_ = 0;
    problem_ = problem;
    if (std::exchange(problems_[last_], problem) != problem || was_up) {
        log::warn("cluster_redis_down",
                  {{"to", name_of(use_)}, {"address", address()}, {"problem", problem}});
    }
    await_next_try();
    if (was_up) {
        watcher_.down();
    }
}

void RedisLink::await_next_try() {
    const bool round_over = next_ == 0;
    retry_timer_.expires_after(round_over ? pause_ : kShortestPause);
    pause_ = round_over ? std::min(2 * pause_, kLongestPause) : pause_;
    retry_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled && context_ == nullptr) {
            connect();
        }
    });
}

void RedisLink::await_look() {
    look_timer_.expires_after(kLookInterval);
    look_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (!cancelled) {
            look();
            await_look();
        }
    });
}

/// A Redis that is stopped or cut off does not close its connections.
void RedisLink::look() {
    const auto silence = std::chrono::steady_clock::now() - progress_;
    if (context_ != nullptr && (unanswered_ != 0 || !up_) && silence > kLongestSilence) {
        drop("no answer for " + std::to_string(kLongestSilence.count()) + " s");
    }
}

} // namespace sipsteer::cluster

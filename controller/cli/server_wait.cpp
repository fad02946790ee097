// SPDX-License-Identifier: Apache-2.0
#include "cli/server_wait.hpp"

#include "cli/connection.hpp"
#include "cli/fields.hpp"
#include "cli/server_sent.hpp"
#include "config/choices.hpp"
#include "config/duration.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kRecheck{2000}; // some changes have no event
constexpr milliseconds kRest{1000};
constexpr int kStarting = 503;

const char *word_of(WaitState state) {
    return state == WaitState::Up ? "up" : state == WaitState::Down ? "down" : "drained";
}

/// Asks for a server each time something happens to the farm, until it has the state.
class ServerWait {
public:
    ServerWait(const Context &context, const Access &access, const Awaited &awaited)
        : context_(context), access_(access), awaited_(awaited), began_(Waiting::Clock::now()) {}

    int run();

private:
    bool is_reached() const;
    bool is_hopeless() const;
    milliseconds left() const;
    std::string standing() const;
    int end() const;
    void note_newest();
    bool pause();

    const Context &context_;
    const Access &access_;
    const Awaited &awaited_;
    const Signals signals_{SIGINT, SIGTERM};
    Waiting::Clock::time_point began_;
    std::string last_id_; // of an event; the stream goes on behind it
    json server_;         // as it was last
};

int ServerWait::run() {
    note_newest(); // before the first look, so that no event is missed after it
    for (;;) {
        const auto answer = ask_silently(context_, {"GET", path_of(awaited_.server)});
        const bool is_away = answer.exit_code == kExitNotReachable || answer.status == kStarting;
        if (!answer.ok() && (!is_away || server_.is_null())) {
            return ask_about(context_, awaited_.server, {"GET", path_of(awaited_.server)})
                .exit_code;
        }
        if (answer.ok()) {
            server_ = answer.body;
        }
        if (answer.ok() && is_reached()) {
            return end();
        }
        if (answer.ok() && is_hopeless()) {
            return fail(kExitFailed, name_of(awaited_.server) + " does not drain, it is " +
                                         text_of(server_, "admin"));
        }
        if (left() <= milliseconds(0)) {
            return fail(kExitTimedOut, name_of(awaited_.server) + " is not " +
                                           word_of(awaited_.state) + " after " +
                                           config::format_duration(*awaited_.limit) + ": " +
                                           standing());
        }
        if (!pause()) {
            return fail(kExitFailed, "interrupted");
        }
    }
}

bool ServerWait::is_reached() const {
    const json status = server_.value("status", json::object());
    const std::string health = text_of(status, "health");
    switch (awaited_.state) {
    case WaitState::Up:
        return health == "up" || health == "unprobed";
    case WaitState::Down:
        return health == "down";
    case WaitState::Drained:
        break;
    }
    return status.contains("drain") && status["drain"].value("drained", false);
}

bool ServerWait::is_hopeless() const {
    return awaited_.state == WaitState::Drained &&
           text_of(server_, "admin") != config::word(config::Admin::Draining);
}

milliseconds ServerWait::left() const {
    const auto passed = Waiting::Clock::now() - began_;
    return awaited_.limit ? std::chrono::ceil<milliseconds>(*awaited_.limit - passed)
                          : milliseconds::max();
}

/// What the server has instead of the state.
std::string ServerWait::standing() const {
    const json status = server_.value("status", json::object());
    if (awaited_.state == WaitState::Drained && status.contains("drain")) {
        return text_of(status["drain"], "calls_left") + " calls left";
    }
    const json probe = status.value("probe", json::object());
    return text_of(status, "health") +
           (probe.contains("reason") ? ", " + text_of(probe, "reason") : "");
}

int ServerWait::end() const {
    if (context_.json()) {
        print_json(server_);
    } else {
        std::cout << name_of(awaited_.server) << ": " << word_of(awaited_.state) << '\n';
    }
    return kExitOk;
}

void ServerWait::note_newest() {
    const auto newest = ask_silently(context_, {"GET", "/v1/events?limit=1"});
    const json &events = newest.ok() ? list_of(newest.body, "events") : json::array();
    if (!events.empty() && events.back().contains("id")) {
        last_id_ = events.back()["id"].dump();
    }
}

/// Until an event comes, or it is time for another look. False: a signal came.
bool ServerWait::pause() {
    bool has_event = false;
    ServerSentReader reader([&](const ServerSentEvent &event) {
        has_event = true;
        last_id_ = event.id.empty() ? last_id_ : event.id;
    });
    StreamTaker taker{[] { return true; },
                      [&](std::string_view piece) {
                          reader.read(piece);
                          return !has_event;
                      },
                      &signals_};
    taker.longest_silence = std::min(left(), kRecheck);
    Exchange exchange{"GET", "/v1/events"};
    exchange.fields = {{"Accept", "text/event-stream"}};
    if (!last_id_.empty()) {
        exchange.fields.emplace_back("Last-Event-ID", last_id_);
    }
    exchange.taker = &taker;
    const auto ended = converse(access_, exchange);
    if (ended && *ended == Ending::Signal) {
        return false;
    }
    const bool was_open = exchange.has_begun && (has_event || !ended);
    return was_open || !signals_.wait(std::min(left(), kRest));
}

} // namespace

int wait_for(const Context &context, const Awaited &awaited) {
    const auto access = find_access(context);
    return access ? ServerWait(context, *access, awaited).run()
                  : fail(kExitUsage, access.error().message);
}

} // namespace sipsteer::cli

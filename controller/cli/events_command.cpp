// SPDX-License-Identifier: Apache-2.0
//
// sipsteer events: what happens to the farm and, if it is asked for, to calls.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/connection.hpp"
#include "cli/event_line.hpp"
#include "cli/server_sent.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr std::chrono::seconds kRetry{1};

struct EventsOptions {
    std::size_t last = 0; // 0: those from now on
    bool follow = false;
    std::vector<std::string> types;
    std::string calls; // a share
    std::string server;
    std::string source;
    std::string call_id;

    bool of_calls() const {
        return !calls.empty() || !server.empty() || !source.empty() || !call_id.empty();
    }
};

void print_event(const Context &context, const json &event) {
    if (context.json()) {
        print_json(event, true);
    } else {
        std::cout << event_line(event, use_colour()) << '\n';
    }
    std::cout.flush();
}

std::string type_list(const std::vector<std::string> &types) {
    std::string list;
    for (const auto &type : types) {
        list += (list.empty() ? "" : ",") + type;
    }
    return list;
}

/// Where the stream is. Who chose types of events is told of lost ones, too.
std::string target_of(const EventsOptions &options) {
    auto types = options.types;
    if (!types.empty() && options.of_calls()) {
        types.emplace_back("call_events_lost");
    }
    return "/v1/events" + query({{"type", type_list(types)},
                                 {"calls", options.calls},
                                 {"server", options.server},
                                 {"source", options.source},
                                 {"call_id", options.call_id}});
}

/// Shows the stream of events, over restarts of the daemon, until it is stopped.
class Follower {
public:
    Follower(const Context &context, const Access &access, const EventsOptions &options,
             std::string last_id)
        : context_(context), access_(access), target_(target_of(options)),
          last_id_(std::move(last_id)) {}

    /// Gives the exit code.
    int run() {
        for (;;) {
            Exchange exchange{"GET", target_};
            const auto ended = listen(exchange);
            if (ended && *ended == Ending::Signal) {
                return kExitOk;
            }
            if (!has_come_ && !ended) {
                return fail(kExitNotReachable, ended.error().message);
            }
            if (!std::cout.good()) {
                return kExitFailed; // run() says why
            }
            const bool starting = has_come_ && exchange.reply.status == 503;
            if (ended && exchange.reply.status != 200 && !starting) {
                return fail(kExitFailed, refusal(exchange.reply));
            }
            if (!is_lost_) {
                std::cerr << "sipsteer: the daemon at " << access_.place
                          << " stopped answering; retrying\n";
            }
            is_lost_ = true;
            if (signals_.wait(kRetry)) {
                return kExitOk;
            }
        }
    }

private:
    /// Until the stream ends, for whatever reason.
    Result<Ending> listen(Exchange &exchange) {
        ServerSentReader reader([this](const ServerSentEvent &event) { show(event); });
        const StreamTaker taker{[this] {
                                    note_begin();
                                    return true;
                                },
                                [&reader](std::string_view piece) {
                                    reader.read(piece);
                                    return std::cout.good();
                                },
                                &signals_};
        exchange.fields = {{"Accept", "text/event-stream"}};
        if (!last_id_.empty()) {
            exchange.fields.emplace_back("Last-Event-ID", last_id_);
        }
        exchange.taker = &taker;
        return converse(access_, exchange);
    }

    void note_begin() {
        if (is_lost_) {
            std::cerr << "sipsteer: the daemon answers again\n";
        }
        is_lost_ = false;
        has_come_ = true;
    }

    void show(const ServerSentEvent &event) {
        const json body = json::parse(event.data, nullptr, false);
        if (body.is_object()) {
            print_event(context_, body);
        }
        if (std::cout.good() && !event.id.empty()) {
            last_id_ = event.id;
        }
    }

    const Context &context_;
    const Access &access_;
    const Signals signals_{SIGINT, SIGTERM};
    std::string target_;
    std::string last_id_;   // the stream goes on behind it
    bool has_come_ = false; // a stream has, once
    bool is_lost_ = false;
};

/// The last events of some types, the oldest first.
ApiAnswer last_events(const Context &context, std::size_t limit, const std::string &types) {
    auto answer =
        ask(context,
            {"GET", "/v1/events" + query({{"type", types}, {"limit", std::to_string(limit)}})});
    if (answer.ok() &&
        !(answer.body.is_object() && answer.body.value("events", json()).is_array())) {
        answer.exit_code = fail(kExitFailed, "the daemon's answer is not a list of events");
    }
    return answer;
}

void note_id(const ApiAnswer &answer, std::string &id) {
    const auto &events = answer.body["events"];
    if (!events.empty() && events.back().contains("id")) {
        id = events.back()["id"].dump();
    }
}

int events(const Context &context, const EventsOptions &options) {
    const bool follow = options.follow || options.last == 0;
    if (options.of_calls() && !follow) {
        return fail(kExitUsage,
                    "events: the daemon keeps no events of calls; remove --last or add --follow");
    }
    const auto access = find_access(context);
    if (!access) {
        return fail(kExitUsage, access.error().message);
    }
    // A stream begins behind an event that is known, so that nothing is missed if the daemon goes
    // before the first one comes.
    const auto newest = last_events(context, 1, {});
    if (!newest.ok()) {
        return newest.exit_code;
    }
    std::string last_id;
    note_id(newest, last_id);
    if (options.last != 0) {
        const auto list = last_events(context, options.last, type_list(options.types));
        if (!list.ok()) {
            return list.exit_code;
        }
        for (const auto &event : list.body["events"]) {
            print_event(context, event);
        }
        note_id(list, last_id);
    }
    return follow && std::cout.good() ? Follower(context, *access, options, last_id).run()
                                      : kExitOk;
}

} // namespace

void add_events(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<EventsOptions>();
    auto *command = app.add_subcommand("events", "Print events as they happen, until Ctrl-C");
    command
        ->add_option("--last", options->last,
                     "Print the last N kept events, then exit unless --follow is given")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    command->add_flag("-f,--follow", options->follow,
                      "Print new events; the default without --last");
    command
        ->add_option("--type", options->types,
                     "Print only these types, for example server_down,server_up")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("TYPE,...");
    command->add_option("--calls", options->calls, "Add the events of this share of the calls")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("SHARE");
    command->add_option("--server", options->server, "Add the events of calls on this server")
        ->type_name("POOL/SERVER");
    command
        ->add_option("--source", options->source,
                     "Add the events of calls from this address or prefix")
        ->type_name("PREFIX");
    command->add_option("--call-id", options->call_id, "Add the events of this call")
        ->type_name("CALL-ID");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return events(todo.context, *options); };
    });
}

} // namespace sipsteer::cli

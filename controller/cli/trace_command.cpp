// SPDX-License-Identifier: Apache-2.0
//
// sipsteer trace: the packets that are steered, with the decision on each.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/follow.hpp"
#include "cli/trace_sink.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

struct TraceOptions {
    std::string call_id;
    std::string source;
    std::string server;
    std::string reason;
    std::string sample;
    std::string duration;
    std::uint64_t snap = 0;  // 0: not given
    std::uint64_t count = 0; // likewise
    std::string file;
    std::string hep;
    std::uint32_t hep_id = 1;
};

/// Takes the daemon's answer apart and hands it to the sinks.
class Tracer {
public:
    explicit Tracer(std::vector<std::unique_ptr<TraceSink>> sinks) : sinks_(std::move(sinks)) {}

    Status begin() const {
        for (const auto &sink : sinks_) {
            if (auto begun = sink->begin(); !begun) {
                return begun;
            }
        }
        return Done{};
    }

    Status take(std::string_view piece) {
        blocks_.add(piece);
        auto done = take_blocks();
        for (const auto &sink : sinks_) {
            if (auto flushed = sink->flush(); !flushed && done) {
                done = flushed;
            }
        }
        return done;
    }

    /// Says what there is to say.
    int end() const {
        int exit_code = kExitOk;
        for (const auto &sink : sinks_) {
            const auto ended = sink->end();
            if (!ended) {
                exit_code = fail(kExitFailed, ended.error().message);
            } else if (!ended->empty()) {
                std::cerr << *ended << '\n';
            }
        }
        std::cerr << packets_ << " packets traced, " << lost_ << " lost\n";
        return exit_code;
    }

    std::uint64_t packets() const { return packets_; }

private:
    Status take_blocks() {
        for (;;) {
            const auto block = blocks_.next();
            if (!block) {
                return block.error();
            }
            if (!*block) {
                return Done{};
            }
            if (auto taken = take_block(**block); !taken) {
                return taken;
            }
        }
    }

    Status take_block(const trace::BlockView &block) {
        const auto packet = trace::read_packet(block);
        packets_ += packet ? 1 : 0;
        if (const auto statistics = trace::read_statistics(block)) {
            lost_ = statistics->lost();
        }
        for (const auto &sink : sinks_) {
            if (auto added = sink->add(block, packet); !added) {
                return added;
            }
        }
        return Done{};
    }

    std::vector<std::unique_ptr<TraceSink>> sinks_;
    trace::BlockReader blocks_;
    std::uint64_t packets_ = 0;
    std::uint64_t lost_ = 0;
};

/// Why the options do not go together; empty: they do.
std::string objection(const TraceOptions &options) {
    if (options.file == "-" && ::isatty(STDOUT_FILENO) == 1) {
        return "trace: -w -: cannot write pcapng to a terminal";
    }
    if (!options.hep.empty() && options.snap != 0) {
        return "trace: --hep needs whole messages; remove --snap";
    }
    return {};
}

Result<std::vector<std::unique_ptr<TraceSink>>> open_sinks(const Context &context,
                                                           const TraceOptions &options) {
    std::vector<std::unique_ptr<TraceSink>> sinks;
    if (!options.file.empty()) {
        sinks.push_back(file_sink(options.file));
    }
    if (!options.hep.empty()) {
        auto sink = hep_sink(options.hep, options.hep_id);
        if (!sink) {
            return sink.error();
        }
        sinks.push_back(std::move(*sink));
    }
    if (sinks.empty()) {
        sinks.push_back(line_sink(context.json()));
    }
    return sinks;
}

std::string if_given(std::uint64_t number) {
    return number == 0 ? std::string() : std::to_string(number);
}

std::string target_of(const TraceOptions &options) {
    return "/v1/trace" + query({{"call_id", options.call_id},
                                {"source", options.source},
                                {"server", options.server},
                                {"reason", options.reason},
                                {"sample", options.sample},
                                {"snap", if_given(options.snap)},
                                {"count", if_given(options.count)},
                                {"duration", options.duration}});
}

/// Whether the end is one that was asked for.
bool is_wanted(const TraceOptions &options, const Followed &followed, std::uint64_t packets) {
    const bool counted = options.count != 0 && options.count == packets;
    return followed.by_signal || !options.duration.empty() || counted;
}

int run_trace(const Context &context, const TraceOptions &options) {
    if (const auto text = objection(options); !text.empty()) {
        return fail(kExitUsage, text);
    }
    auto sinks = open_sinks(context, options);
    if (!sinks) {
        return fail(kExitUsage, sinks.error().message);
    }
    std::signal(SIGPIPE, SIG_IGN); // writing says so
    Tracer tracer(std::move(*sinks));
    const Taker taker{[&] {
                          if (::isatty(STDERR_FILENO) == 1) {
                              std::cerr << "tracing until Ctrl-C\n";
                          }
                          return tracer.begin();
                      },
                      [&](std::string_view piece) { return tracer.take(piece); }};
    const auto followed = follow(context, target_of(options), taker);
    if (!followed.begun) {
        return followed.exit_code;
    }
    const int ended = tracer.end();
    if (followed.exit_code != kExitOk || ended != kExitOk) {
        return followed.exit_code != kExitOk ? followed.exit_code : ended;
    }
    return is_wanted(options, followed, tracer.packets())
               ? kExitOk
               : fail(kExitNotReachable, "the daemon ended the trace");
}

} // namespace

void add_trace(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<TraceOptions>();
    auto *command =
        app.add_subcommand("trace", "Show steered packets with the decision on each, until Ctrl-C");
    const auto add = [&](const char *name, auto &value, const char *help, const char *type) {
        return command->add_option(name, value, help)->type_name(type);
    };
    add("--call-id", options->call_id, "Select packets of this call, fragments included",
        "CALL-ID");
    add("--source", options->source,
        "Select packets from clients in this prefix, and ICMP errors about them",
        "ADDRESS[/LENGTH]");
    add("--server", options->server, "Select packets sent to this server", "POOL/SERVER");
    add("--reason", options->reason,
        "Select packets with this reason, for example call_new or no_server", "NAME");
    add("--sample", options->sample, "Select this share of the calls, for example 0.01", "SHARE");
    add("--snap", options->snap, "Keep only this many bytes of each packet, at least 64", "BYTES")
        ->check(CLI::PositiveNumber);
    add("-c,--count", options->count, "Stop after N packets", "N")->check(CLI::PositiveNumber);
    add("--duration", options->duration, "Stop after this time: 500ms, 30s, 10m", "DURATION");
    add("-w,--write", options->file,
        "Write the packets as pcapng to this file; - means the standard output", "FILE");
    add("--hep", options->hep, "Send the SIP messages to a Homer collector (HEP3 over UDP)",
        "HOST:PORT");
    add("--hep-id", options->hep_id, "Use this capture agent id for the collector", "ID")
        ->capture_default_str();
    command->footer(
        "Without --write and --hep: print one line per packet, with -o json one object.");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return run_trace(todo.context, *options); };
    });
}

} // namespace sipsteer::cli

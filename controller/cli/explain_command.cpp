// SPDX-License-Identifier: Apache-2.0
//
// sipsteer explain: where a call goes, or what the data plane reads in a datagram.
#include "cli/commands.hpp"
#include "cli/explain_way.hpp"
#include "cli/input_file.hpp"
#include "cli/offline.hpp"
#include "cli/words.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

int explain_call(const Context &context, const ExplainOptions &options) {
    const auto answer = ask(context, {"GET", call_target(options.call)});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << way_in_words(answer.body);
    }
    return kExitOk;
}

int explain_datagram(const Context &context, const ExplainOptions &options) {
    const auto secret = secret_of(options);
    if (!secret) {
        return fail(kExitUsage, secret.error().message);
    }
    const auto bytes = read_input(options.datagram);
    if (!bytes) {
        return fail(kExitUsage, bytes.error().message);
    }
    const auto source = Address::parse(options.call.source);
    json description =
        describe({*bytes, true, source ? std::optional(*source) : std::nullopt}, *secret);
    if (const int failed =
            add_way(context, options, description, {*bytes, options.call.source, options.service});
        failed != kExitOk) {
        return failed;
    }
    if (context.json()) {
        print_json(description);
        return kExitOk;
    }
    std::cout << in_words(description);
    if (description.contains("way")) {
        std::cout << way_in_words(description["way"]);
    }
    return kExitOk;
}

int explain(const HostCommands &host, const Context &context, const ExplainOptions &options) {
    const bool several =
        !options.datagram.empty() + !options.pcap.empty() + !options.call.call_id.empty() != 1;
    if (several) {
        return fail(kExitUsage, "explain: give one of CALL-ID, --datagram and --pcap");
    }
    if (options.offline && !options.call.call_id.empty()) {
        return fail(kExitUsage, "explain: where a call is, only the daemon knows; --offline goes "
                                "with --datagram and --pcap");
    }
    if (options.call.call_id.empty() && !(options.call.to_user + options.call.via).empty()) {
        return fail(kExitUsage,
                    "explain: --to-user and --via go with CALL-ID; a datagram has its own");
    }
    const std::string &source = options.call.source;
    if (!source.empty() && !Address::parse(source)) {
        return fail(kExitUsage, "--source: \"" + source + "\" is not an address");
    }
    if (!options.call.call_id.empty()) {
        return explain_call(context, options);
    }
    return options.pcap.empty() ? explain_datagram(context, options)
                                : host.explain_capture(context, options);
}

} // namespace

void add_explain(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<ExplainOptions>();
    auto *command = app.add_subcommand(
        "explain", "Where a call goes and why; what is read in a datagram or a capture");
    command->add_option("call_id", options->call.call_id, "The call to look for")
        ->type_name("CALL-ID");
    command->add_option("--datagram", options->datagram, "The payload of one datagram; -: stdin")
        ->type_name("FILE");
    command->add_option("--pcap", options->pcap, "The datagrams of a capture, pcap or pcapng")
        ->type_name("FILE");
    command->add_option("--port", options->port, "Of a capture: datagrams from or to this port")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    command->add_flag("--offline", options->offline,
                      "Do not ask the daemon: only what is in the datagram");
    command
        ->add_option("--secret", options->secret,
                     "The 16 bytes of the hash's secret, for keys that the daemon does not say; "
                     "default: that of the daemon if it can be read, else zeros")
        ->type_name("FILE");
    command->add_option("--source", options->call.source, "The client's address")
        ->type_name("ADDRESS");
    command->add_option("--pool", options->call.pool, "Of a CALL-ID: in this pool only")
        ->type_name("POOL");
    command->add_option("--to-user", options->call.to_user, "Of a CALL-ID: the user in To")
        ->type_name("USER");
    command->add_option("--via", options->call.via, "Of a CALL-ID: sent-by of the topmost Via")
        ->type_name("HOST");
    command
        ->add_option("--service", options->service,
                     "Of a datagram: the service it was sent to, where there are several; default "
                     "of a capture's: by destination")
        ->type_name("SERVICE");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return explain(todo.host, todo.context, *options); };
    });
}

} // namespace sipsteer::cli

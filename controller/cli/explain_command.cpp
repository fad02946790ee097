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
        return fail(kExitUsage, "explain: give exactly one of CALL-ID, --datagram and --pcap");
    }
    if (options.offline && !options.call.call_id.empty()) {
        return fail(kExitUsage, "explain: only the daemon knows where a call is; use --offline "
                                "with --datagram or --pcap");
    }
    if (options.call.call_id.empty() && !(options.call.to_user + options.call.via).empty()) {
        return fail(kExitUsage,
                    "explain: use --to-user and --via with CALL-ID; a datagram has its own values");
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
        "explain", "Say where a call goes and why, or what a datagram or a capture contains");
    command->add_option("call_id", options->call.call_id, "Explain this call")
        ->type_name("CALL-ID");
    command
        ->add_option("--datagram", options->datagram,
                     "Explain the UDP payload in this file; - means the standard input")
        ->type_name("FILE");
    command
        ->add_option("--pcap", options->pcap,
                     "Explain each datagram in this capture, pcap or pcapng")
        ->type_name("FILE");
    command
        ->add_option("--port", options->port, "With --pcap: select datagrams from or to this port")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    command->add_flag("--offline", options->offline, "Read the datagram without the daemon");
    command
        ->add_option("--secret", options->secret,
                     "Hash with the 16 bytes in this file if the daemon gives no key (default: the "
                     "daemon's secret if readable, else zeros)")
        ->type_name("FILE");
    command->add_option("--source", options->call.source, "Address of the client")
        ->type_name("ADDRESS");
    command->add_option("--pool", options->call.pool, "With CALL-ID: look only in this pool")
        ->type_name("POOL");
    command->add_option("--to-user", options->call.to_user, "With CALL-ID: user in To")
        ->type_name("USER");
    command->add_option("--via", options->call.via, "With CALL-ID: sent-by of the topmost Via")
        ->type_name("HOST");
    command
        ->add_option("--service", options->service,
                     "Service that received the datagram, if there are several (default with "
                     "--pcap: the destination decides)")
        ->type_name("SERVICE");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return explain(todo.host, todo.context, *options); };
    });
}

} // namespace sipsteer::cli

// SPDX-License-Identifier: Apache-2.0
//
// What tools/bench runs.
#include "benches.hpp"
#include "machine.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <unistd.h>

namespace {

using namespace sipsteer::bench;

constexpr int kSkip = 77;

struct Command {
    const char *name;
    const char *help;
    Report (*run)(const Options &);
};

constexpr Command kCommands[] = {
    {"packet", "ns a packet of the whole data plane, for several kinds of packets", measure_packet},
    {"scan", "the Call-ID finder and the hash alone, natively and in BPF", measure_scan},
    {"calls", "the call table beside the kernel's hash maps; sweep, memory, room", measure_calls}};

nlohmann::json whole(const Report &report, const Command &command, const Options &options,
                     const std::string &commit) {
    const Machine machine = this_machine();
    return {
        {"bench", command.name},
        {"date", date()},
        {"commit", commit},
        {"quick", options.quick},
        {"machine", {{"kernel", machine.kernel}, {"cpu", machine.cpu}, {"cores", machine.cores}}},
        {"figures", to_json(report)}};
}

int run(const Command &command, const Options &options, bool json, const std::string &commit) {
    if (geteuid() != 0) {
        std::cerr << "sipsteer_bench: must be run as root (BPF)\n";
        return kSkip;
    }
    stay_on_this_cpu();
    const Report report = command.run(options);
    if (json) {
        std::cout << whole(report, command, options, commit).dump() << '\n';
    } else {
        const Machine machine = this_machine();
        std::cout << machine.cpu << ", " << machine.cores << " cores, Linux " << machine.kernel
                  << "\n\n"
                  << to_text(report);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    Options options;
    bool json = false;
    std::string commit = "unknown";
    CLI::App app("Measures the data plane of sipsteer.");
    app.require_subcommand(1);
    for (const Command &command : kCommands) {
        CLI::App *sub = app.add_subcommand(command.name, command.help);
        sub->add_flag("--json", json, "one JSON object instead of tables");
        sub->add_option("--runs", options.runs, "runs of each measurement")
            ->check(CLI::Range(1, 100000));
        sub->add_flag("--quick", options.quick, "few and short runs: to see that it works");
        sub->add_option("--commit", commit, "to be named in the JSON object");
    }
    CLI::App *packet = app.get_subcommand("packet");
    packet->add_option("--only", options.only, "scenarios whose name has this in it");
    packet->add_option("--object", options.object.file, "another build of the BPF object")
        ->check(CLI::ExistingFile);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        for (const Command &command : kCommands) {
            if (app.got_subcommand(command.name)) {
                return run(command, options, json, commit);
            }
        }
    } catch (const std::exception &error) {
        std::cerr << "sipsteer_bench: " << error.what() << '\n';
    }
    return 1;
}

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer config import: the file of another balancer as a configuration. No daemon is asked.
#include "cli/import_command.hpp"

#include "cli/commands.hpp"
#include "cli/foreign/dispatcher.hpp"
#include "cli/foreign/draft.hpp"
#include "cli/foreign/ipvs.hpp"
#include "cli/foreign/keepalived.hpp"
#include "cli/foreign/smallest.hpp"
#include "cli/input_file.hpp"
#include "config/parse.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace sipsteer::cli {

namespace {

struct ImportOptions {
    std::string format;
    std::string file;
    foreign::Wanted wanted;
};

/// Why the options do not go together; empty if they do.
std::string fault_of(const ImportOptions &options) {
    const bool needs_vip = options.format == "dispatcher";
    if (needs_vip && options.wanted.vips.empty()) {
        return "--vip: required, because a dispatcher list has no VIP; give one for each set, in "
               "the order of the file";
    }
    if (!needs_vip && !options.wanted.vips.empty()) {
        return "--vip: only for a dispatcher list; this file has its VIPs";
    }
    for (const auto &vip : options.wanted.vips) {
        if (!foreign::endpoint_of(vip, 1)) {
            return "--vip: \"" + vip + "\" is not an address, nor an address and a port";
        }
    }
    return "";
}

foreign::Imported read_as(const ImportOptions &options, const std::string &text) {
    if (options.format == "ipvs") {
        return foreign::import_ipvs(text, options.wanted);
    }
    return options.format == "keepalived" ? foreign::import_keepalived(text, options.wanted)
                                          : foreign::import_dispatcher(text, options.wanted);
}

void print_remarks(const std::string &file, const foreign::Imported &imported) {
    for (const auto &remark : imported.remarks) {
        std::cerr << file << ':';
        if (remark.line != 0) {
            std::cerr << remark.line << ':';
        }
        std::cerr << (remark.left_out ? " left out: " : " note: ") << remark.text << '\n';
    }
}

int import_file(const ImportOptions &options) {
    if (const auto fault = fault_of(options); !fault.empty()) {
        return fail(kExitUsage, fault);
    }
    const auto text = read_input(options.file);
    if (!text) {
        return fail(kExitUsage, text.error().message);
    }
    const auto imported = read_as(options, *text);
    print_remarks(options.file == "-" ? "standard input" : options.file, imported);
    const auto document = foreign::smallest(imported.config);
    if (const auto parsed = config::parse(document); !parsed) {
        std::cerr << parsed.error_text() << '\n';
        return kExitFailed;
    }
    if (imported.config.services.empty()) {
        return fail(kExitFailed, "the file has no service that sipsteer can steer");
    }
    print_json(document);
    return imported.is_whole() ? kExitOk : kExitFailed;
}

} // namespace

void add_import(CLI::App &command, Todo &todo) {
    auto *import = command.add_subcommand(
        "import", "Turn a file of ipvsadm-save, keepalived or Kamailio's dispatcher into a "
                  "configuration");
    auto options = std::make_shared<ImportOptions>();
    import->add_option("format", options->format, "Kind of the file")
        ->required()
        ->check(CLI::IsMember({"ipvs", "keepalived", "dispatcher"}))
        ->type_name("FORMAT");
    import->add_option("file", options->file, "File to read; - means the standard input")
        ->required()
        ->type_name("FILE");
    import
        ->add_option("--interface", options->wanted.interface,
                     "Interface of the program (default: that of the file, or eth0)")
        ->type_name("INTERFACE");
    import
        ->add_option("--vip", options->wanted.vips,
                     "VIP of a set of the dispatcher; again for the next set")
        ->allow_extra_args(false)
        ->type_name("ADDRESS[:PORT]");
    import->callback(
        [options, &todo] { todo.run = [options] { return import_file(*options);
};
} // namespace sipsteer::cli
);
}

} // namespace sipsteer::cli

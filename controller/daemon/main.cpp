// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "config/deny_file.hpp"
#include "config/warnings.hpp"
#include "daemon/capabilities.hpp"
#include "daemon/daemon.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/options.hpp"
#include "daemon/startup.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "kernel/dataplane/program_check.hpp"
#include "upkeep/removal.hpp"
#include "upkeep/vip_file.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <sys/utsname.h>

namespace {

using namespace sipsteer;
using namespace sipsteer::daemon;

int detach_everything(const config::Config &config) {
    const auto locks = lock_directories(config);
    if (!locks) {
        std::cerr << "sipsteerd: " << locks.error().message << '\n';
        return kExitFailed;
    }
    upkeep::VipFile file(config.state_dir);
    auto vips = file.load();
    const auto all_vips = vips.size();
    upkeep::take_off(vips);
    file.save(vips);
    const auto programs = upkeep::detach_all(config);
    if (!programs) {
        std::cerr << "sipsteerd: " << programs.error().message << '\n';
        return kExitFailed;
    }
    std::cout << "taken off: programs: " << *programs << ", VIPs: " << all_vips - vips.size()
              << "; no maps are left in " << config.pin_dir << '\n';
    if (!vips.empty()) {
        std::cerr << "sipsteerd: VIPs that are still on interfaces: " << vips.size() << '\n';
    }
    return vips.empty() ? kExitOk : kExitFailed;
}

/// What of the configuration shapes the program; without a file the defaults.
dataplane::MapOptions program_options(const config::Config &config) {
    return {config.pin_dir, {}, config.call_capacity, config.fragments};
}

int try_program(const config::Config &config) {
    struct utsname kernel {};
    if (::uname(&kernel) == 0) {
        std::cout << "kernel: " << kernel.release << ' ' << kernel.machine << '\n' << std::flush;
    }
    const auto check = dataplane::check_program(program_options(config));
    if (!check.program) {
        for (const auto &line : check.verifier_said) {
            std::cerr << "verifier: " << line << '\n';
        }
        std::cerr << "sipsteerd: " << check.program.error().message << "; " << check.remedy << '\n';
        return kExitFailed;
    }
    std::cout << "program: loaded, and let go again\ntag: " << check.program->tag
              << "\nverified instructions: " << check.program->verified_instructions << '\n';
    return kExitOk;
}

int serve(const OperatorFile &file, const Options &options) {
    auto daemon = Daemon::start(file, options);
    if (!daemon) {
        std::cerr << "sipsteerd: " << daemon.error().message << '\n';
        return kExitFailed;
    }
    (*daemon)->run();
    return kExitOk;
}

int run(const Options &options) {
    if (options.config_file.empty()) {
        dataplane::redirect_library_messages();
        return try_program({});
    }
    const auto file = read_operator_file(options.config_file);
    const auto &parsed = file.parsed;
    if (!parsed) {
        std::cerr << parsed.error_text() << '\n';
        return kExitBadInput;
    }
    if (!options.detach && !options.check_program) {
        if (const auto lists = config::DenyFiles().read(*parsed); !lists) {
            std::cerr << lists.error().message << '\n';
            return kExitBadInput;
        }
    }
    if (options.check) {
        for (const auto &warning : config::warnings_about(*parsed)) {
            std::cerr << "warning: " << warning.to_string() << '\n';
        }
        std::cout << options.config_file << ": valid\n";
        return kExitOk;
    }
    if (options.check_program) {
        dataplane::redirect_library_messages();
        return try_program(*parsed);
    }
    if (auto able = check_own_capabilities(); !able) {
        std::cerr << "sipsteerd: " << able.error().message << '\n';
        return kExitFailed;
    }
    (void)log::set_level(options.log_level.empty() ? parsed->log_level : options.log_level);
    dataplane::redirect_library_messages();
    return options.detach ? detach_everything(*parsed) : serve(file, options);
}

} // namespace

int main(int argc, char **argv) {
    const auto parsed = parse_options(argc, argv);
    if (!parsed.options) {
        return parsed.exit_code;
    }
    std::signal(SIGPIPE, SIG_IGN); // writing says so: the log's reader may go
    try {
        return run(*parsed.options);
    } catch (const std::exception &error) {
        std::cerr << "sipsteerd: " << error.what() << '\n';
        return kExitFailed;
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer doctor: what is wrong with a director, and what is to be done about it.
#include "cli/client.hpp"
#include "cli/doctor/gather/gather.hpp"
#include "cli/doctor/report.hpp"
#include "cli/endpoint.hpp"
#include "cli/host/doctor_view.hpp"
#include "cli/host_commands.hpp"
#include "config/parse.hpp"
#include "kernel/dataplane/attachment.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

using doctor::Check;
using doctor::Facts;
using doctor::Report;
using nlohmann::json;

bool has_word(const std::vector<std::string> &list, const std::string &text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<const Check *> chosen_checks(const DoctorOptions &options) {
    std::vector<const Check *> checks;
    for (const auto &check : doctor::all_checks()) {
        if ((options.only.empty() || has_word(options.only, check.id)) &&
            !has_word(options.skip, check.id)) {
            checks.push_back(&check);
        }
    }
    return checks;
}

bool may_not_open(const std::string &socket) {
    return !socket.empty() && ::access(socket.c_str(), W_OK) != 0 && errno == EACCES;
}

/// Asks the daemon, and finds out where it runs and which file it has its configuration from.
class Meeting {
public:
    Meeting(Context context, const DoctorOptions &options) : context_(std::move(context)) {
        facts_.version = SIPSTEER_VERSION;
        const bool named = !options.config_file.empty();
        facts_.file = doctor::read_config(named ? options.config_file : kUsualFile, named);
        if (!context_.api_given && facts_.file.content) {
            context_.api = facts_.file.content->api.socket;
        }
    }

    /// The exit code if it makes no sense to go on: the command line is wrong.
    std::optional<int> hold() {
        const auto endpoint = parse_endpoint(context_.api);
        if (!endpoint) {
            return fail(kExitUsage, endpoint.error().message);
        }
        const auto status = ask_silently(context_, {"GET", "/v1/status"});
        if (status.exit_code == kExitUsage) {
            return fail(kExitUsage, status.problem);
        }
        if (status.ok()) {
            note(doctor::read_status(status.body));
        } else {
            facts_.daemon = Error{status.problem};
            facts_.daemon_closed =
                status.exit_code == kExitFailed || may_not_open(endpoint->socket);
        }
        doctor::gather_place({endpoint->socket, endpoint->host}, facts_);
        find_file();
        choose_config();
        return std::nullopt;
    }

    Facts &facts() { return facts_; }

private:
    void note(doctor::DaemonState state) {
        const auto ready = ask_silently(context_, {"GET", "/readyz"});
        state.not_ready = ready.ok() ? "" : ready.problem;
        facts_.daemon = std::move(state);
    }

    /// The running daemon's own file, rather than the usual one.
    void find_file() {
        const std::string path = facts_.process ? facts_.process->config_file : "";
        if (!facts_.file.named && path.starts_with('/')) {
            facts_.file = doctor::read_config(path, false);
        }
    }

    void choose_config() {
        if (facts_.daemon && !facts_.file.named) {
            const auto answer = ask_silently(context_, {"GET", "/v1/config"});
            const auto parsed = config::parse(answer.body);
            if (answer.ok() && parsed) {
                facts_.config = *parsed;
                return;
            }
        }
        facts_.config = facts_.file.content;
    }

    Context context_;
    Facts facts_;
};

int show_reports(const Context &context, const DoctorOptions &options,
                 const std::vector<Report> &reports) {
    if (context.json()) {
        print_json(doctor::to_json(reports));
    } else {
        std::cout << doctor_view(reports, options.verbose, use_colour());
    }
    return doctor::count_of(reports, doctor::Verdict::Fail) > 0 ? kExitFailed : kExitOk;
}

int list_checks(const Context &context) {
    if (!context.json()) {
        std::cout << checks_view(doctor::all_checks(), use_colour());
        return kExitOk;
    }
    json list = json::array();
    for (const auto &check : doctor::all_checks()) {
        list.push_back({{"id", check.id}, {"title", check.title}, {"looked_at", check.looks_at}});
    }
    print_json(list);
    return kExitOk;
}

} // namespace

int run_doctor(const Context &context, const DoctorOptions &options) {
    if (options.list) {
        return list_checks(context);
    }
    dataplane::redirect_library_messages();
    Meeting meeting(context, options);
    if (const auto code = meeting.hold()) {
        return *code;
    }
    const auto checks = chosen_checks(options);
    doctor::gather_host_facts(doctor::needs_of(checks), meeting.facts());
    std::vector<Report> reports(checks.size());
    std::transform(checks.begin(), checks.end(), reports.begin(),
                   [&](const Check *check) { return doctor::examine(*check, meeting.facts()); });
    return show_reports(context, options, reports);
}

} // namespace sipsteer::cli

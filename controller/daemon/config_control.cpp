// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_control.hpp"

#include "base/content_hash.hpp"
#include "base/log.hpp"
#include "config/difference.hpp"
#include "config/fixed.hpp"
#include "config/pointer.hpp"
#include "config/warnings.hpp"
#include "kernel/dataplane/call_table.hpp"

#include <filesystem>
#include <sys/stat.h>

namespace sipsteer::daemon {

using http::Problem;
using nlohmann::json;

namespace {

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const auto &word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

Problem invalid(const std::vector<config::FieldError> &errors) {
    Problem problem{422, "the configuration has errors", {}, {}};
    for (const auto &error : errors) {
        problem.errors.push_back({config::json_pointer(error.path), error.message});
    }
    return problem;
}

Problem needs_restart(const std::vector<std::string> &fields) {
    Problem problem{409, "this changes only at a restart; edit the configuration file", {}, {}};
    for (const auto &field : fields) {
        problem.errors.push_back({"/" + field, "changes only at a restart of the daemon"});
    }
    return problem;
}

json rings_json(const std::vector<plan::RingMove> &moves) {
    json rings = json::array();
    for (const auto &move : moves) {
        rings.push_back({{"pool", move.pool}, {"moved_share", move.moved}});
    }
    return rings;
}

json warnings_json(const config::Config &config) {
    json list = json::array();
    for (const auto &warning : config::warnings_about(config)) {
        list.push_back(warning.to_string());
    }
    return list;
}

} // namespace

config::Config config_at_start(const std::string &path, const OperatorFile &file,
                               const std::string &state_dir) {
    SavedConfig store(state_dir);
    auto saved = store.load(file.hash);
    if (!saved) {
        return *file.parsed;
    }
    config::keep_fixed(*file.parsed, *saved);
    log::info("saved_config", {{"file", store.file()}, {"on_top_of", path}});
    return std::move(*saved);
}

ConfigControl::ConfigControl(std::string path, std::string hash, const std::string &state_dir,
                             ConfigUser &user)
    : file_(std::move(path)), hash_(std::move(hash)), saved_(state_dir), user_(user) {}

bool ConfigControl::reload() {
    reloaded_ = read_again();
    return reloaded_;
}

bool ConfigControl::read_again() {
    const auto file = read_operator_file(file_);
    if (!file.parsed) {
        for (const auto &error : file.parsed.errors()) {
            log::error("config_refused", {{"file", file_}, {"problem", error.to_string()}});
        }
        return false;
    }
    config::Config next = *file.parsed;
    const auto fixed = config::fixed_differences(user_.in_force(), next);
    if (!fixed.empty()) {
        log::warn("restart_needed", {{"fields", joined(fixed)}});
        config::keep_fixed(user_.in_force(), next);
    }
    if (const auto possible = user_.preview(next); !possible) {
        log::error("config_refused", {{"file", file_}, {"problem", possible.error().message}});
        return false;
    }
    if (auto done = user_.adopt(next, file_); !done) {
        log::error("config_refused", {{"file", file_}, {"problem", done.error().message}});
        return false;
    }
    current_.reset();
    (void)user_.resize();
    hash_ = file.hash;
    saved_.set_aside("SIGHUP read it again");
    return true;
}

/// Of a large farm it takes tens of milliseconds to make.
const json &ConfigControl::current() const {
    if (!current_) {
        current_ = config::to_json(user_.in_force());
    }
    return *current_;
}

ConfigControl::Answer ConfigControl::change(const json &next, api::ChangeMode mode) {
    const auto parsed = config::parse(next);
    if (!parsed) {
        return invalid(parsed.errors());
    }
    auto answer = report(*parsed);
    if (!answer) {
        return Problem{409, answer.error().message, {}, {}};
    }
    if (mode == api::ChangeMode::DryRun || !(*answer)["changed"]) {
        return std::move(*answer);
    }
    if (const auto fixed = config::fixed_differences(user_.in_force(), *parsed); !fixed.empty()) {
        return needs_restart(fixed);
    }
    const auto done = put_in_force(*parsed);
    if (const auto *problem = std::get_if<Problem>(&done)) {
        log::error("config_refused", {{"file", "API"}, {"problem", problem->detail}});
        return *problem;
    }
    for (const auto &warning : std::get<Warnings>(done)) {
        (*answer)["warnings"].push_back(warning);
    }
    return std::move(*answer);
}

/// What a change to `next` would do.
Result<json> ConfigControl::report(const config::Config &next) const {
    const auto moves = user_.preview(next);
    if (!moves) {
        return moves.error();
    }
    json difference = config::difference(user_.in_force(), next);
    return json{{"changed", config::is_different(difference)},
                {"changes", std::move(difference)},
                {"rings", rings_json(*moves)},
                {"call_table_bytes", dataplane::table_bytes(next.call_capacity)},
                {"restart_needed", config::fixed_differences(user_.in_force(), next)},
                {"warnings", warnings_json(next)}};
}

/// On the disk first, as a draft: what is in force is what a restart finds, either way.
std::variant<Warnings, Problem> ConfigControl::put_in_force(const config::Config &next) {
    json document = config::to_json(next);
    auto draft = saved_.draft(document, hash_);
    if (!draft) {
        return Problem{500, draft.error().message, {}, {}};
    }
    const config::Config before = user_.in_force();
    auto adopted = user_.adopt(next, "API");
    if (!adopted) {
        return Problem{409, "cannot apply the configuration: " + adopted.error().message, {}, {}};
    }
    if (auto done = draft->commit(); !done) {
        if (auto back = user_.adopt(before, "the previous configuration"); !back) {
            log::error("config_not_taken_back", {{"problem", back.error().message}});
            current_ = std::move(document);
        }
        return Problem{500, done.error().message, {}, {}};
    }
    current_ = std::move(document);
    Warnings warnings = std::move(*adopted);
    for (auto &warning : user_.resize()) {
        warnings.push_back(std::move(warning));
    }
    return warnings;
}

ConfigControl::Answer ConfigControl::save_to_file() {
    std::error_code failed;
    const auto path = std::filesystem::canonical(file_, failed).string(); // a link stays one
    struct stat status {};
    if (failed || ::stat(path.c_str(), &status) != 0 || read_operator_file(path).hash != hash_) {
        return Problem{409,
                       file_ +
                           " has changed since the daemon read it; send SIGHUP to read it again",
                       {},
                       {}};
    }
    const std::string text = current().dump(4) + '\n';
    auto draft = FileDraft::write(path, text, status.st_mode & 0777);
    if (!draft) {
        return Problem{500, draft.error().message, {}, {}};
    }
    if (auto done = draft->commit(); !done) {
        return Problem{500, done.error().message, {}, {}};
    }
    hash_ = content_hash(text);
    saved_.remove();
    log::info("config_saved", {{"file", file_}});
    return json{{"file", file_}};
}

} // namespace sipsteer::daemon

// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_control.hpp"

#include "api/change_text.hpp"
#include "base/content_hash.hpp"
#include "base/log.hpp"
#include "config/fixed.hpp"
#include "daemon/proposal.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace sipsteer::daemon {

using boost::asio::awaitable;
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

Problem needs_restart(const std::vector<std::string> &fields) {
    Problem problem{409, "this changes only at a restart; edit the configuration file", {}, {}};
    for (const auto &field : fields) {
        problem.errors.push_back({"/" + field, "changes only at a restart of the daemon"});
    }
    return problem;
}

void log_not_remembered(const Status &written) {
    log::error("config_history_not_written", {{"problem", written.error().message}});
}

using Written = std::variant<std::string, Problem, http::Response>;

/// Writes a configuration to the operator's file if that has this hash, and gives the new hash.
Written written_to(const std::string &file, const std::string &hash, const json &document) {
    std::error_code failed;
    const auto path = std::filesystem::canonical(file, failed).string(); // a link stays one
    struct stat status {};
    if (failed || ::stat(path.c_str(), &status) != 0 || read_operator_file(path).hash != hash) {
        return Problem{409,
                       file + " has changed since the daemon read it; send SIGHUP to read it again",
                       {},
                       {}};
    }
    const std::string text = document.dump(4) + '\n';
    auto draft = FileDraft::write(path, text, status.st_mode & 0777);
    if (!draft) {
        return Problem{500, draft.error().message, {}, {}};
    }
    if (auto done = draft->commit(); !done) {
        return Problem{500, done.error().message, {}, {}};
    }
    return content_hash(text);
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

ConfigControl::ConfigControl(boost::asio::any_io_executor executor, std::string path,
                             std::string hash, const std::string &state_dir, ConfigUser &user)
    : file_(std::move(path)), hash_(std::move(hash)), saved_(state_dir), history_(state_dir),
      user_(user), turns_(std::move(executor)),
      in_force_(std::make_shared<Configured>(user.in_force())) {
    remember_start();
}

/// A start is in the history if what is in force differs from what was before it.
void ConfigControl::remember_start() {
    const auto &entries = history_.entries();
    const auto last = entries.empty() ? std::nullopt : history_.read(entries.back().id);
    if (last == in_force_->document) {
        return;
    }
    const auto change = last ? api::change_text(*last, in_force_->document) : std::string();
    auto entry = history_.next({"sipsteerd", file_, "start"}, change);
    const auto written = history_.write(entry, in_force_->document);
    if (written) {
        history_.add(std::move(entry));
    } else {
        log_not_remembered(written);
    }
}

/// What is in force now, though the disk may be full: the change is made, and on the disk.
awaitable<void> ConfigControl::remember(std::shared_ptr<const Configured> before,
                                        api::Author author) {
    api::PastConfig entry;
    std::function<Status()> write = [&, now = in_force_] {
        entry = history_.next(std::move(author), api::change_text(before->document, now->document));
        return history_.write(entry, now->document);
    };
    const Status written = co_await aside_.run(std::move(write));
    aside_.drop(std::move(before));
    if (written) {
        history_.add(std::move(entry));
    } else {
        log_not_remembered(written);
    }
}

std::vector<api::PastConfig> ConfigControl::history() const {
    const auto &entries = history_.entries();
    return {entries.rbegin(), entries.rend()};
}

std::function<std::optional<json>()> ConfigControl::past(std::uint64_t id) const {
    return [this, id] { return history_.read(id); };
}

std::shared_ptr<const config::Config> ConfigControl::in_force() const {
    return {in_force_, &in_force_->config};
}

api::Document ConfigControl::current() const {
    return {in_force_, &in_force_->document};
}

void ConfigControl::replace(std::shared_ptr<const Configured> next) {
    aside_.drop(std::exchange(in_force_, std::move(next)));
}

awaitable<bool> ConfigControl::reload() {
    reloaded_ = co_await read_again();
    co_return reloaded_;
}

awaitable<bool> ConfigControl::read_again() {
    std::function<OperatorFile()> read = [this] { return read_operator_file(file_); };
    const OperatorFile file = co_await aside_.run(std::move(read));
    if (!file.parsed) {
        for (const auto &error : file.parsed.errors()) {
            log::error("config_refused", {{"file", file_}, {"problem", error.to_string()}});
        }
        co_return false;
    }
    const Status done = co_await put_file_in_force(*file.parsed);
    if (!done) {
        log::error("config_refused", {{"file", file_}, {"problem", done.error().message}});
        co_return false;
    }
    (void)user_.resize();
    hash_ = file.hash;
    saved_.set_aside("SIGHUP read it again");
    co_return true;
}

awaitable<Status> ConfigControl::put_file_in_force(const config::Config &read) {
    config::Config next = read;
    const auto fixed = config::fixed_differences(user_.in_force(), next);
    if (!fixed.empty()) {
        log::warn("restart_needed", {{"fields", joined(fixed)}});
        config::keep_fixed(user_.in_force(), next);
    }
    std::function<std::shared_ptr<const Configured>()> convert = [&next] {
        return std::make_shared<const Configured>(std::move(next));
    };
    const auto configured = co_await aside_.run(std::move(convert));
    if (const auto possible = co_await user_.preview(configured->config, aside_); !possible) {
        co_return possible.error();
    }
    if (auto done = user_.adopt(configured->config, file_); !done) {
        co_return done.error();
    }
    auto before = in_force_;
    replace(configured);
    if (before->document != configured->document) {
        api::Author author{"sipsteerd", file_, "reload"}; // not in the call: GCC 12 frees it twice
        co_await remember(std::move(before), std::move(author));
    }
    co_return Done{};
}

awaitable<ConfigControl::ChangeOutcome>
ConfigControl::change(api::Propose propose, api::ChangeMode mode, api::Author author) {
    const auto turn = co_await turns_.next();
    if (const auto accepted = user_.accepts_changes(); !accepted) {
        co_return Problem{409, accepted.error().message, {}, {}};
    }
    std::function<Verdict()> judge = [&] { return judged(propose, *in_force_); };
    auto verdict = co_await aside_.run(std::move(judge));
    if (auto *answer = std::get_if<http::Response>(&verdict)) {
        co_return std::move(*answer);
    }
    if (auto *problem = std::get_if<Problem>(&verdict)) {
        co_return std::move(*problem);
    }
    auto &proposal = std::get<Proposal>(verdict);
    const auto moves = co_await user_.preview(proposal.next->config, aside_);
    if (!moves) {
        co_return Problem{409, moves.error().message, {}, {}};
    }
    api::Changed changed{report_of(proposal, *moves), {}};
    if (mode == api::ChangeMode::DryRun || !changed.report["changed"]) {
        aside_.drop(std::move(proposal.next));
        changed.in_force = current();
        co_return changed;
    }
    if (!proposal.fixed.empty()) {
        co_return needs_restart(proposal.fixed);
    }
    auto before = in_force_;
    const auto done = co_await put_in_force(std::move(proposal.next));
    if (const auto *problem = std::get_if<Problem>(&done)) {
        log::error("config_refused", {{"file", "API"}, {"problem", problem->detail}});
        co_return *problem;
    }
    co_await remember(std::move(before), std::move(author));
    for (const auto &warning : std::get<Warnings>(done)) {
        changed.report["warnings"].push_back(warning);
    }
    changed.in_force = current();
    co_return changed;
}

/// On the disk first, as a draft: what is in force is what a restart finds, either way.
awaitable<ConfigControl::PutInForce>
ConfigControl::put_in_force(std::shared_ptr<const Configured> next) {
    std::function<Result<FileDraft>()> write = [&] { return saved_.draft(next->document, hash_); };
    auto draft = co_await aside_.run(std::move(write));
    if (!draft) {
        co_return Problem{500, draft.error().message, {}, {}};
    }
    auto adopted = user_.adopt(next->config, "API");
    if (!adopted) {
        co_return Problem{
            409, "cannot apply the configuration: " + adopted.error().message, {}, {}};
    }
    std::function<Status()> commit = [&draft] { return draft->commit(); };
    const Status done = co_await aside_.run(std::move(commit));
    if (!done) {
        if (auto back = user_.adopt(in_force_->config, "the previous configuration"); !back) {
            log::error("config_not_taken_back", {{"problem", back.error().message}});
            replace(std::move(next));
        }
        co_return Problem{500, done.error().message, {}, {}};
    }
    replace(std::move(next));
    Warnings warnings = std::move(*adopted);
    for (auto &warning : user_.resize()) {
        warnings.push_back(std::move(warning));
    }
    co_return warnings;
}

awaitable<ConfigControl::SaveOutcome> ConfigControl::save_to_file(api::Refuse refuse) {
    const auto turn = co_await turns_.next();
    std::function<Written()> write = [&]() -> Written {
        if (auto answer = refuse(in_force_->document)) {
            return std::move(*answer);
        }
        return written_to(file_, hash_, in_force_->document);
    };
    auto written = co_await aside_.run(std::move(write));
    if (auto *answer = std::get_if<http::Response>(&written)) {
        co_return std::move(*answer);
    }
    if (auto *problem = std::get_if<Problem>(&written)) {
        co_return std::move(*problem);
    }
    hash_ = std::get<std::string>(written);
    saved_.remove();
    log::info("config_saved", {{"file", file_}});
    co_return json{{"file", file_}};
}

} // namespace sipsteer::daemon

// SPDX-License-Identifier: Apache-2.0
//
// Which configuration is in force, over changes, restarts and edits of the operator's file.
#include "daemon/config_control.hpp"

#include "config_cases.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

using namespace sipsteer;
using namespace sipsteer::daemon;
using api::ChangeMode;
using config::test::good;
using http::Problem;
using nlohmann::json;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// A daemon, as far as its configuration goes, with a folder for its files.
class Host final : public ConfigUser {
public:
    Host() {
        std::string name = (fs::temp_directory_path() / "sipsteer-config-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
        fs::create_directory(folder_ / "state");
        write(good());
        start();
    }
    ~Host() override {
        std::error_code ignored;
        fs::permissions(folder_ / "state", fs::perms::owner_all, ignored);
        fs::remove_all(folder_, ignored);
    }
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    void write(const json &document) const { std::ofstream(file()) << document.dump(); }

    /// Also after a crash: nothing is done at the end of the one before.
    void start() {
        const auto read = read_operator_file(file());
        REQUIRE(read.parsed.ok());
        config_ = config_at_start(file(), read, (folder_ / "state").string());
        control_.reset();
        control_ = std::make_unique<ConfigControl>(io_.get_executor(), file(), read.hash,
                                                   (folder_ / "state").string(), *this);
    }
    void forget() { config_ = {}; }
    bool reload() { return run(control_->reload()); }
    bool last_reload_successful() const { return control_->last_reload_successful(); }

    /// `patch` must outlive the change.
    asio::awaitable<ConfigControl::ChangeOutcome>
    begin_patch(const json &patch, ChangeMode mode = ChangeMode::InForce) {
        return control_->change(
            [&patch](const json &in_force) {
                json next = in_force;
                next.merge_patch(patch);
                return std::variant<json, http::Response>(std::move(next));
            },
            mode, {"ops", "192.0.2.7", "PATCH /v1/config"});
    }
    std::variant<json, Problem> patch(const json &patch, ChangeMode mode = ChangeMode::InForce) {
        auto outcome = run(begin_patch(patch, mode));
        if (auto *problem = std::get_if<Problem>(&outcome)) {
            return *problem;
        }
        return std::get<api::Changed>(outcome).report;
    }
    std::variant<json, Problem> save() {
        auto outcome = run(control_->save_to_file([](const json &) { return std::nullopt; }));
        if (auto *problem = std::get_if<Problem>(&outcome)) {
            return *problem;
        }
        return std::get<json>(outcome);
    }
    std::vector<api::PastConfig> history() const { return control_->history(); }
    std::optional<json> past(std::uint64_t id) const { return control_->past(id)(); }
    std::string history_folder() const { return (folder_ / "state/history").string(); }
    ConfigControl &control() { return *control_; }
    asio::io_context &io() { return io_; }

    /// Runs a coroutine to its end, and what waits beside it.
    template <typename Value>
    Value run(asio::awaitable<Value> waiting) {
        auto value = asio::co_spawn(io_, std::move(waiting), asio::use_future);
        io_.restart();
        io_.run();
        return value.get();
    }

    std::string file() const { return (folder_ / "sipsteer.conf").string(); }
    std::string saved() const { return (folder_ / "state/config.json").string(); }
    json operators() const { return json::parse(std::ifstream(file())); }

    std::optional<std::string> refusal;         // of the data plane
    std::optional<std::string> preview_refusal; // no room
    Warnings resize_warnings;
    std::vector<bool> resized_when_saved; // for each resize: whether the change was on the disk

    bool stopping = false;
    mutable unsigned asked = 0; // for what is in force
    const json &current() const { return *control_->current(); }

    const config::Config &in_force() const override {
        asked++;
        return config_;
    }
    Result<Warnings> adopt(const config::Config &next, const std::string &) override {
        if (refusal) {
            return Error{*refusal};
        }
        config_ = next;
        return Warnings{};
    }
    Warnings resize() override {
        resized_when_saved.push_back(fs::is_regular_file(saved()));
        return resize_warnings;
    }
    asio::awaitable<Result<std::vector<plan::RingMove>>> preview(const config::Config &,
                                                                 http::Aside &) override {
        if (preview_refusal) {
            co_return Error{*preview_refusal};
        }
        co_return std::vector<plan::RingMove>{{"proxies", 0.25}};
    }
    Status accepts_changes() const override {
        return stopping ? Status(Error{"the daemon is stopping"}) : Done{};
    }

private:
    asio::io_context io_;
    config::Config config_;
    fs::path folder_;
    std::unique_ptr<ConfigControl> control_;
};

Problem problem_of(const std::variant<json, Problem> &answer) {
    REQUIRE(std::holds_alternative<Problem>(answer));
    return std::get<Problem>(answer);
}

json report_of(const std::variant<json, Problem> &answer) {
    REQUIRE(std::holds_alternative<json>(answer));
    return std::get<json>(answer);
}

const json kDebug = {{"log_level", "debug"}};

} // namespace

TEST_CASE("a change is in force and survives a restart") {
    Host host;
    const json report = report_of(host.patch(kDebug));
    CHECK(report["changed"] == true);
    CHECK(report["changes"]["settings"] == json{"log_level"});
    CHECK(report["rings"] == json::parse(R"([{"pool": "proxies", "moved_share": 0.25}])"));
    CHECK(host.in_force().log_level == "debug");
    CHECK(host.operators() == good()); // not touched
    CHECK((fs::status(host.saved()).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));

    host.forget();
    host.start();
    CHECK(host.in_force().log_level == "debug");
    CHECK(host.in_force().pools.size() == 2);
    report_of(host.patch({{"on_exit", "detach"}}));
    host.start();
    CHECK(host.in_force().log_level == "debug");
    CHECK(host.in_force().on_exit == config::OnExit::Detach);
}

TEST_CASE("what is in force is made into JSON once a change") {
    Host host;
    CHECK(host.current()["log_level"] == "info");
    report_of(host.patch(kDebug));
    host.asked = 0;
    for (unsigned i = 0; i < 3; i++) {
        CHECK(host.current()["log_level"] == "debug");
    }
    CHECK(host.asked == 0);
    host.refusal = "no room in a map";
    problem_of(host.patch({{"log_level", "error"}}));
    CHECK(host.current()["log_level"] == "debug");
    host.refusal.reset();
    host.write(config::test::changed(good(), {"/log_level", R"("warning")"}));
    REQUIRE(host.reload());
    CHECK(host.current()["log_level"] == "warning");
}

TEST_CASE("a dry run and no change at all leave nothing behind") {
    Host host;
    CHECK(report_of(host.patch(kDebug, ChangeMode::DryRun))["changed"] == true);
    CHECK(report_of(host.patch(json::object()))["changed"] == false);
    CHECK(host.in_force().log_level == "info");
    CHECK_FALSE(fs::exists(host.saved()));
    CHECK_FALSE(fs::exists(host.saved() + ".new"));
}

TEST_CASE("an edited file wins at the next start, and the changes are kept aside") {
    Host host;
    report_of(host.patch(kDebug));
    host.write(config::test::changed(good(), {"/log_level", R"("error")"}));
    host.start();
    CHECK(host.in_force().log_level == "error");
    CHECK_FALSE(fs::exists(host.saved()));
    CHECK(json::parse(std::ifstream(host.saved() + ".old"))["config"]["log_level"] == "debug");
    host.start();
    CHECK(host.in_force().log_level == "error");
}

TEST_CASE("a file that is read again wins") {
    Host host;
    report_of(host.patch(kDebug));
    CHECK(host.reload());
    CHECK(host.last_reload_successful());
    CHECK(host.in_force().log_level == "info");
    CHECK_FALSE(fs::exists(host.saved()));
    host.start();
    CHECK(host.in_force().log_level == "info");

    // One that is no good does not.
    report_of(host.patch(kDebug));
    host.write(json{{"pools", 5}});
    CHECK_FALSE(host.reload());
    CHECK_FALSE(host.last_reload_successful());
    CHECK(host.in_force().log_level == "debug");
    CHECK(fs::exists(host.saved()));
}

TEST_CASE("what only a start can change is refused, and told by a dry run") {
    Host host;
    const json change = {{"pin_dir", "/elsewhere"}, {"log_level", "debug"}};
    CHECK(report_of(host.patch(change, ChangeMode::DryRun))["restart_needed"] == json{"pin_dir"});
    const auto problem = problem_of(host.patch(change));
    CHECK(problem.status == 409);
    REQUIRE(problem.errors.size() == 1);
    CHECK(problem.errors[0].pointer == "/pin_dir");
    CHECK(host.in_force().log_level == "info");
    // Read from a file, it waits for the restart; the rest is taken over.
    json document = good();
    document.update(change);
    host.write(document);
    CHECK(host.reload());
    CHECK(host.in_force().log_level == "debug");
    CHECK(host.in_force().pin_dir == "/sys/fs/bpf/sipsteer");
}

TEST_CASE("what cannot be put in force is not saved") {
    Host host;
    host.refusal = "the maps cannot be written";
    CHECK(problem_of(host.patch(kDebug)).status == 409);
    host.refusal.reset();
    host.preview_refusal = "no place for another server";
    CHECK(problem_of(host.patch(kDebug)).status == 409);
    CHECK_FALSE(fs::exists(host.saved()));
    CHECK_FALSE(fs::exists(host.saved() + ".new"));
    CHECK(host.in_force().log_level == "info");
}

TEST_CASE("what cannot be saved is not put in force") {
    Host host;
    fs::create_directory(host.saved() + ".new"); // no file can be written there
    CHECK(problem_of(host.patch(kDebug)).status == 500);
    CHECK(host.in_force().log_level == "info");
    fs::remove(host.saved() + ".new");
    fs::create_directories(host.saved() + "/x"); // nor the draft take its place
    CHECK(problem_of(host.patch(kDebug)).status == 500);
    CHECK(host.in_force().log_level == "info");
}

TEST_CASE("the call table gets its size last of all") {
    Host host;
    host.resize_warnings = {"the programs are not replaced"};
    CHECK(report_of(host.patch(kDebug))["warnings"] == json(host.resize_warnings));
    CHECK(host.resized_when_saved == std::vector{true});
    host.resized_when_saved.clear();
    report_of(host.patch({{"log_level", "error"}}, ChangeMode::DryRun));
    host.refusal = "the maps cannot be written";
    problem_of(host.patch({{"log_level", "error"}}));
    CHECK_FALSE(host.reload());
    host.refusal.reset();
    host.preview_refusal = "no room";
    CHECK_FALSE(host.reload());
    host.preview_refusal.reset();
    fs::remove(host.saved());
    fs::create_directories(host.saved() + "/x"); // it cannot be saved, and is taken back
    problem_of(host.patch({{"log_level", "error"}}));
    CHECK(host.resized_when_saved.empty());
    fs::remove_all(host.saved());
    CHECK(host.reload());
    CHECK(host.resized_when_saved.size() == 1);
}

TEST_CASE("what was saved and is no good is set aside") {
    Host host;
    for (const char *text : {"{", "5", R"({"of_file": 1})"}) {
        std::ofstream(host.saved()) << text;
        host.start();
        CHECK(host.in_force().log_level == "info");
        CHECK_FALSE(fs::exists(host.saved()));
        CHECK(fs::exists(host.saved() + ".old"));
    }
}

TEST_CASE("the operator's file takes the changes when it is told to") {
    Host host;
    fs::permissions(host.file(), fs::perms(0640));
    report_of(host.patch(kDebug));
    CHECK(report_of(host.save())["file"] == host.file());
    CHECK(host.operators()["log_level"] == "debug");
    CHECK(fs::status(host.file()).permissions() == fs::perms(0640));
    CHECK_FALSE(fs::exists(host.saved()));
    host.start();
    CHECK(host.in_force().log_level == "debug");

    host.write(good());
    CHECK(problem_of(host.save()).status == 409); // somebody was there
    CHECK(host.operators() == good());
}

namespace {

/// A change that is under way beside others.
class Pending {
public:
    Pending(Host &host, json patch)
        : patch_(std::move(patch)),
          outcome_(asio::co_spawn(host.io(), host.begin_patch(patch_), asio::use_future)) {}
    Pending(const Pending &) = delete;
    Pending &operator=(const Pending &) = delete;

    ConfigControl::ChangeOutcome outcome() { return outcome_.get(); }

private:
    json patch_;
    std::future<ConfigControl::ChangeOutcome> outcome_;
};

} // namespace

TEST_CASE("changes that come at once are all made, each of what the one before has left") {
    Host host;
    std::vector<std::unique_ptr<Pending>> pending;
    pending.push_back(std::make_unique<Pending>(host, json{{"log_level", "debug"}}));
    pending.push_back(std::make_unique<Pending>(host, json{{"on_exit", "detach"}}));
    pending.push_back(std::make_unique<Pending>(host, json{{"log_level", "error"}}));
    host.io().run();
    for (const auto &change : pending) {
        CHECK(std::get<api::Changed>(change->outcome()).report["changed"] == true);
    }
    CHECK(host.in_force().log_level == "error"); // that of the last to come
    CHECK(host.in_force().on_exit == config::OnExit::Detach);
    host.start();
    CHECK(host.in_force().log_level == "error");
    CHECK(host.in_force().on_exit == config::OnExit::Detach);
}

TEST_CASE("a change is judged by what is in force when its turn comes") {
    Host host;
    std::vector<std::string> seen;
    const auto look = [&seen](const json &in_force) {
        seen.push_back(in_force["log_level"].get<std::string>());
        return std::variant<json, http::Response>(
            http::problem_response({412, "it has changed", {}, {}}));
    };
    Pending first(host, kDebug);
    auto second = asio::co_spawn(host.io(), host.control().change(look, ChangeMode::InForce, {}),
                                 asio::use_future);
    host.io().run();
    CHECK(std::holds_alternative<api::Changed>(first.outcome()));
    CHECK(std::get<http::Response>(second.get()).status == 412);
    CHECK(seen == std::vector<std::string>{"debug"});
}

TEST_CASE("a reload waits for changes, and changes for it") {
    Host host;
    const auto reload = [](ConfigControl &control) -> asio::awaitable<bool> {
        const auto turn = co_await control.turn();
        co_return co_await control.reload();
    };
    Pending before(host, kDebug);
    auto reloaded = asio::co_spawn(host.io(), reload(host.control()), asio::use_future);
    Pending after(host, {{"on_exit", "detach"}});
    host.io().run();
    CHECK(reloaded.get());
    CHECK(std::holds_alternative<api::Changed>(before.outcome()));
    CHECK(std::holds_alternative<api::Changed>(after.outcome()));
    CHECK(host.in_force().log_level == "info"); // the file has won over the change before it
    CHECK(host.in_force().on_exit == config::OnExit::Detach);
}

TEST_CASE("who stops waits for the change under way, and those that wait are refused") {
    Host host;
    const auto stop = [](Host &stopping) -> asio::awaitable<bool> {
        const auto turn = co_await stopping.control().turn();
        co_return fs::exists(stopping.saved());
    };
    Pending first(host, kDebug);
    Pending second(host, {{"log_level", "error"}});
    auto stopped = asio::co_spawn(host.io(), stop(host), asio::use_future);
    while (host.resized_when_saved.empty()) { // until the first one is in force and saved
        REQUIRE(host.io().run_one() == 1);
    }
    host.stopping = true;
    host.io().run();
    CHECK(std::holds_alternative<api::Changed>(first.outcome()));
    CHECK(std::get<Problem>(second.outcome()).status == 409);
    CHECK(stopped.get());
    CHECK(host.in_force().log_level == "debug");
}

TEST_CASE("the history has who put what in force, over restarts") {
    Host host;
    REQUIRE(host.history().size() == 1);
    CHECK(host.history()[0].id == 1);
    CHECK(host.history()[0].author.request == "start");
    CHECK(host.history()[0].change.empty());
    report_of(host.patch(kDebug));
    report_of(host.patch(kDebug)); // changes nothing
    report_of(host.patch({{"log_level", "error"}}, ChangeMode::DryRun));
    host.refusal = "no";
    problem_of(host.patch({{"log_level", "error"}}));
    host.refusal.reset();
    REQUIRE(host.history().size() == 2);
    CHECK(host.history()[0].author.who == "ops");
    CHECK(host.history()[0].author.from == "192.0.2.7");
    CHECK(host.history()[0].author.request == "PATCH /v1/config");
    CHECK(host.history()[0].change == R"(log_level: "info" -> "debug")");
    CHECK(host.history()[0].time.size() == 20);
    CHECK(host.past(2) == host.current());
    CHECK((*host.past(1))["log_level"] == "info");
    CHECK_FALSE(host.past(3));

    host.forget();
    host.start();
    REQUIRE(host.history().size() == 2); // the same is in force
    CHECK(host.history()[0].change == R"(log_level: "info" -> "debug")");
    CHECK(host.reload()); // the operator's file wins
    REQUIRE(host.history().size() == 3);
    CHECK(host.history()[0].author.request == "reload");
    CHECK(host.history()[0].author.from == host.file());
    CHECK(host.history()[0].change == R"(log_level: "debug" -> "info")");
    CHECK(host.reload());
    CHECK(host.history().size() == 3);

    json other = good();
    other["log_level"] = "warning";
    host.write(other);
    host.start();
    REQUIRE(host.history().size() == 4);
    CHECK(host.history()[0].author.request == "start");
    CHECK(host.history()[0].change == R"(log_level: "info" -> "warning")");
    CHECK(host.past(4) == host.current());
}

TEST_CASE("an older configuration of the history comes in force by the same checks") {
    Host host;
    report_of(host.patch(kDebug));
    const json first = host.past(1).value();
    report_of(host.patch(first));
    CHECK(host.in_force().log_level == "info");
    CHECK(host.history()[0].change == R"(log_level: "debug" -> "info")");
    host.preview_refusal = "no room";
    CHECK(problem_of(host.patch(host.past(2).value())).status == 409);
    CHECK(host.history().size() == 3);
}

TEST_CASE("the history has the newest ones, each for its owner alone") {
    Host host;
    for (std::size_t i = 0; i < ConfigHistory::kMost + 3; i++) {
        report_of(host.patch({{"calls", {{"capacity", 100'000 + i}}}}));
    }
    CHECK(host.history().size() == ConfigHistory::kMost);
    CHECK(host.history().back().id == 5);
    CHECK_FALSE(host.past(4));
    std::size_t files = 0;
    for (const auto &file : fs::directory_iterator(host.history_folder())) {
        CHECK((file.status().permissions() & fs::perms::all) ==
              (fs::perms::owner_read | fs::perms::owner_write));
        files++;
    }
    CHECK(files == ConfigHistory::kMost);
}

TEST_CASE("a history that is damaged or cannot be written stops no change") {
    Host host;
    report_of(host.patch(kDebug));
    std::ofstream(host.history_folder() + "/2.json") << "{";
    std::ofstream(host.history_folder() + "/7.txt") << "{}\n{}\n";
    std::ofstream(host.history_folder() + "/8.json") << "{}\n[";
    host.start();
    REQUIRE(host.history().size() == 3); // 8 has a head, 2 has none
    CHECK_FALSE(host.past(8));
    CHECK(host.history()[0].id == 9); // the start, because 8 cannot be compared
    fs::remove_all(host.history_folder());
    std::ofstream(host.history_folder()) << "a file";
    report_of(host.patch({{"log_level", "error"}}));
    CHECK(host.in_force().log_level == "error");
    CHECK(host.history()[0].id == 9);
    host.start();
    CHECK(host.history().empty());
}

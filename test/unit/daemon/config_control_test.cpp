// SPDX-License-Identifier: Apache-2.0
//
// Which configuration is in force, over changes, restarts and edits of the operator's file.
#include "daemon/config_control.hpp"

#include "config_cases.hpp"

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
        control_ =
            std::make_unique<ConfigControl>(file(), read.hash, (folder_ / "state").string(), *this);
    }
    void forget() { config_ = {}; }
    bool reload() { return control_->reload(); }
    bool last_reload_successful() const { return control_->last_reload_successful(); }

    std::variant<json, Problem> patch(const json &patch, ChangeMode mode = ChangeMode::InForce) {
        json next = control_->current();
        next.merge_patch(patch);
        return control_->change(next, mode);
    }
    std::variant<json, Problem> save() { return control_->save_to_file(); }

    std::string file() const { return (folder_ / "sipsteer.conf").string(); }
    std::string saved() const { return (folder_ / "state/config.json").string(); }
    json operators() const { return json::parse(std::ifstream(file())); }

    std::optional<std::string> refusal;         // of the data plane
    std::optional<std::string> preview_refusal; // no room
    Warnings resize_warnings;
    std::vector<bool> resized_when_saved; // for each resize: whether the change was on the disk

    mutable unsigned asked = 0; // for what is in force
    const json &current() const { return control_->current(); }

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
    Result<std::vector<plan::RingMove>> preview(const config::Config &) override {
        if (preview_refusal) {
            return Error{*preview_refusal};
        }
        return std::vector<plan::RingMove>{{"proxies", 0.25}};
    }

private:
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

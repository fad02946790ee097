// SPDX-License-Identifier: Apache-2.0
//
// sipsteer config show, edit and save.
#include "cli_daemon.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace sipsteer::test;
using namespace std::string_literals;

namespace {

/// `sipsteer config edit` with this shell command as the editor; the file's name follows it.
Outcome edit(const Daemon &daemon, const std::string &editor, const std::string &options = {}) {
    const auto script = daemon.write("editor.sh", editor + '\n');
    std::filesystem::create_directory(daemon.drafts());
    return run_shell("VISUAL= EDITOR='sh " + script + "' TMPDIR=" + daemon.drafts() + ' ' +
                     sipsteer_command(daemon.socket(), "config edit " + options) + " 2>&1");
}

/// The files that an edit left.
std::vector<std::string> left(const Daemon &daemon) {
    std::vector<std::string> files;
    for (const auto &entry : std::filesystem::directory_iterator(daemon.drafts())) {
        files.push_back(entry.path().string());
    }
    return files;
}

std::string text_of(const std::string &file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

TEST_CASE("sipsteer config show and save", "[cli]") {
    Daemon daemon;
    const auto shown = run(daemon, "config show");
    CHECK(shown.exit_code == 0);
    CHECK(json::parse(shown.output) == kConfig);
    CHECK(run(daemon, "config save").output == "saved to /etc/sipsteer/sipsteer.conf\n");
    CHECK(json::parse(daemon.body()) == json{{"to", "file"}});
    CHECK(json::parse(run(daemon, "config save -o json").output)["file"] ==
          "/etc/sipsteer/sipsteer.conf");
}

TEST_CASE("sipsteer config edit: sends what it read, and only over that", "[cli]") {
    Daemon daemon;
    const auto edited = edit(daemon, "stat -c %a \"$1\"; sed -i s/info/debug/ \"$1\"");
    INFO(edited.output);
    CHECK(edited.exit_code == 0);
    CHECK(edited.output == "600\nchanged:\n  log_level: info -> debug\n");
    CHECK(json::parse(daemon.body())["log_level"] == "debug");
    CHECK(daemon.if_match() == kTag);
    CHECK(left(daemon).empty());
}

TEST_CASE("sipsteer config edit: nothing changed is nothing sent", "[cli]") {
    Daemon daemon;
    const auto same = edit(daemon, "touch \"$1\"");
    CHECK(same.exit_code == 0);
    CHECK(same.output == "nothing changes\n");
    CHECK(json::parse(edit(daemon, ":", "-o json").output) == json{{"changed", false}});
    CHECK(daemon.body().empty());
    CHECK(left(daemon).empty());
}

TEST_CASE("sipsteer config edit: a refused edit keeps its file", "[cli]") {
    Daemon daemon;
    const auto kept = [&](const Outcome &outcome) {
        INFO(outcome.output);
        CHECK(outcome.exit_code == 1);
        const auto files = left(daemon);
        REQUIRE(files.size() == 1);
        CHECK_THAT(outcome.output,
                   Catch::EndsWith("sipsteer: nothing changed; your file is " + files[0] +
                                   "; correct it, then sipsteer apply -f " + files[0] + '\n'));
        const auto text = text_of(files[0]);
        std::filesystem::remove(files[0]);
        return text;
    };
    const auto wrong = edit(daemon, "sed -i s/info/loud/ \"$1\"");
    CHECK_THAT(wrong.output, Catch::StartsWith("log_level: \"loud\" is unknown"));
    CHECK_THAT(kept(wrong), Catch::Contains("\"loud\""));
    const auto cut = edit(daemon, "echo '{' >\"$1\"");
    CHECK(kept(cut) == "{\n");
    CHECK(daemon.body().empty()); // neither was sent

    const auto late = edit(daemon, "sed -i s/info/warning/ \"$1\"");
    CHECK_THAT(late.output, Catch::StartsWith("sipsteer: the configuration has changed\n"));
    CHECK_THAT(kept(late), Catch::Contains("\"warning\""));
    CHECK(daemon.if_match() == kTag);

    const auto failed = edit(daemon, "exit 3");
    CHECK_THAT(failed.output, Catch::Contains("failed with exit code 3\n"));
    kept(failed);
}

TEST_CASE("sipsteer config history: a table, and one configuration", "[cli]") {
    Daemon daemon;
    CHECK(run(daemon, "config history").output ==
          "ID  TIME                  WHO        FROM       REQUEST           CHANGE\n"
          " 8  2026-11-22T08:00:00Z  ops        192.0.2.7  PATCH /v1/config  log_level: debug -> "
          "info\n"
          " 7  2026-11-22T07:00:00Z  sipsteerd  /etc/it    start             -\n");
    CHECK(json::parse(run(daemon, "config history -o json").output)["entries"].size() == 2);
    CHECK(json::parse(run(daemon, "config history 7").output)["log_level"] == "debug");
    const auto gone = run(daemon, "config history 9");
    CHECK(gone.exit_code == 1);
    CHECK(gone.output == "sipsteer: there is no configuration in the history\n");
    CHECK(run(daemon, "config history x").exit_code == 2);
}

TEST_CASE("sipsteer config rollback: the one before, or a named one, as apply does it", "[cli]") {
    Daemon daemon;
    const auto back = run(daemon, "config rollback");
    CHECK(back.exit_code == 0);
    CHECK(back.output == "changed:\n  log_level: info -> debug\n");
    CHECK(daemon.asked() == "PUT /v1/config");
    CHECK(json::parse(daemon.body())["log_level"] == "debug");
    CHECK(daemon.if_match() == kTag); // nobody else has changed it meanwhile
    CHECK(run(daemon, "config rollback 8").exit_code == 0);
    CHECK(json::parse(daemon.body()) == kConfig);
    CHECK(run(daemon, "config rollback 7 --dry-run").exit_code == 0);
    CHECK(daemon.asked() == "PUT /v1/config dry_run=true");
    CHECK(run(daemon, "config rollback 9").exit_code == 1);
    CHECK(run(daemon, "config rollback -1").exit_code == 2);
}

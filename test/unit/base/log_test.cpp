// SPDX-License-Identifier: Apache-2.0
#include "base/fd.hpp"
#include "base/log.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <regex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sipsteer;
using log::quote;

TEST_CASE("plain values stand as they are") {
    CHECK(quote("proxy1") == "proxy1");
    CHECK(quote("198.51.100.11:5060") == "198.51.100.11:5060");
    CHECK(quote("Zürich-☎") == "Zürich-☎");
}

TEST_CASE("values that would break a line apart are quoted") {
    CHECK(quote("") == R"("")");
    CHECK(quote("200 OK") == R"("200 OK")");
    CHECK(quote("a=b") == R"("a=b")");
    CHECK(quote("say \"hi\"") == R"("say \"hi\"")");
    CHECK(quote("back\\slash") == R"("back\\slash")");
}

TEST_CASE("control characters and bytes that are not UTF-8 are escaped") {
    CHECK(quote("one\ntwo\r\t") == R"("one\ntwo\r\t")");
    CHECK(quote(std::string_view("\0\x1b[31m\x7f", 7)) == R"("\x00\x1b[31m\x7f")");
    CHECK(quote("\xc2\x9b"
                "31m") == R"("\xc2\x9b31m")");       // C1: CSI
    CHECK(quote("a\u202e") == R"("a\xe2\x80\xae")"); // it would turn the line around
    CHECK(quote("\xff") == R"("\xff")");
    CHECK(quote("\xe2\x98") == R"("\xe2\x98")");                 // cut off
    CHECK(quote("\xc0\xaf") == R"("\xc0\xaf")");                 // overlong
    CHECK(quote("\xed\xa0\x80") == R"("\xed\xa0\x80")");         // surrogate
    CHECK(quote("\xf4\x90\x80\x80") == R"("\xf4\x90\x80\x80")"); // above U+10FFFF
}

TEST_CASE("a line has the event and its fields in order") {
    const std::string pool = "proxies";
    CHECK(log::format("server_up", {{"pool", pool},
                                    {"reason", "200 OK"},
                                    {"port", std::uint16_t{5060}},
                                    {"in_ring", true}}) ==
          R"(event=server_up pool=proxies reason="200 OK" port=5060 in_ring=true)");
    CHECK(log::format("stopped", {}) == "event=stopped");
}

namespace {

/// What `body` writes to stderr, run in a child process: the logger looks at stderr once, when
/// first used, so the parent must never use it. The child's JOURNAL_STREAM names its stderr if
/// `journal`, some other file if not.
std::string stderr_of_child(bool journal, const std::function<void()> &body) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        struct stat status {};
        fstat(STDERR_FILENO, &status);
        const auto inode = status.st_ino + (journal ? 0 : 1);
        const auto stream = std::to_string(status.st_dev) + ":" + std::to_string(inode);
        setenv("JOURNAL_STREAM", stream.c_str(), 1);
        body();
        _exit(0);
    }
    close(ends[1]);
    const Fd read_end(ends[0]);
    std::string text;
    char chunk[512];
    for (ssize_t got = 0; (got = read(read_end.get(), chunk, sizeof(chunk))) > 0;) {
        text.append(chunk, static_cast<std::size_t>(got));
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    return text;
}

void log_something() {
    log::debug("not_written");
    log::info("server_up", {{"server", "proxy1"}});
    log::warn("server_down");
    log::error("lost");
}

} // namespace

TEST_CASE("outside the journal a line has time and level") {
    const std::string time = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)";
    const std::regex lines(time + " info  event=server_up server=proxy1\n" + time +
                           " warn  event=server_down\n" + time + " error event=lost\n");
    const std::string text = stderr_of_child(false, log_something);
    INFO(text);
    CHECK(std::regex_match(text, lines));
}

TEST_CASE("in the journal a line has the priority alone") {
    CHECK(stderr_of_child(true, log_something) ==
          "<6>event=server_up server=proxy1\n<4>event=server_down\n<3>event=lost\n");
}

TEST_CASE("the level decides what is written") {
    const auto at = [](const char *level) {
        return stderr_of_child(true, [level] {
            if (log::set_level(level).ok()) {
                log::trace("t");
                log::debug("d");
                log::info("i");
                log::warn("w");
                log::error("e");
            }
        });
    };
    const std::string warn = "<4>event=w\n<3>event=e\n";
    CHECK(at("error") == "<3>event=e\n");
    CHECK(at("warning") == warn);
    CHECK(at("info") == "<6>event=i\n" + warn);
    CHECK(at("debug") == "<7>event=d\n<6>event=i\n" + warn);
    CHECK(at("trace") == "<7>event=t\n<7>event=d\n<6>event=i\n" + warn);
}

TEST_CASE("an unknown level is refused with the words there are") {
    const std::string text = stderr_of_child(true, [] {
        const Status status = log::set_level("loud");
        log::error("level",
                   {{"ok", status.ok()}, {"message", status.ok() ? "" : status.error().message}});
    });
    CHECK(text == "<3>event=level ok=false message=\"\\\"loud\\\" is not a log level: trace, "
                  "debug, info, warning, error\"\n");
}

// SPDX-License-Identifier: Apache-2.0
#include "base/log_output.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sipsteer;

namespace {

struct Ends {
    Fd read;
    Fd write;
};

Ends make_pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    REQUIRE(::fcntl(ends[0], F_SETPIPE_SZ, 4096) >= 4096);
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

Ends make_sockets() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

std::string read_all(const Fd &fd) {
    std::string text;
    std::array<char, 65536> chunk{};
    for (ssize_t got = 0; (got = ::read(fd.get(), chunk.data(), chunk.size())) > 0;) {
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::string line_of(int number) {
    return "line " + std::to_string(number) + ' ' + std::string(80, 'x') + '\n';
}

/// All that comes while the output is flushed.
std::string read_until_empty(const Fd &fd, log::Output &output) {
    std::string text;
    for (std::string more = read_all(fd); !more.empty(); more = read_all(fd)) {
        text += more;
        output.flush();
    }
    return text;
}

} // namespace

TEST_CASE("a reader that does not read makes nobody wait, and reads every line later", "[log]") {
    const auto ends = GENERATE(0, 1) == 0 ? make_pipe() : make_sockets();
    log::Output output(ends.write.get());
    std::string written;
    for (int i = 0; i < 5000; ++i) {
        output.put(line_of(i));
        written += line_of(i);
    }
    CHECK(output.lost() == 0);
    CHECK(read_until_empty(ends.read, output) == written);
    CHECK((::fcntl(ends.write.get(), F_GETFL) & O_NONBLOCK) == 0); // others write to it, too
}

TEST_CASE("lines beyond the bound are lost whole, and counted", "[log]") {
    const auto ends = make_pipe();
    log::Output output(ends.write.get());
    constexpr int kLines = 20'000; // more than the bound
    for (int i = 0; i < kLines; ++i) {
        output.put(line_of(i));
    }
    CHECK(output.lost() > 0);
    CHECK(output.take_news_of_loss() == 0); // not before there is room to tell it
    std::string expected;
    for (int i = 0; i < kLines - static_cast<int>(output.lost()); ++i) {
        expected += line_of(i);
    }
    CHECK(read_until_empty(ends.read, output) == expected);
    CHECK(output.take_news_of_loss() == output.lost());
    CHECK(output.take_news_of_loss() == 0);
}

TEST_CASE("a reader that has gone is no reason to end", "[log]") {
    (void)std::signal(SIGPIPE, SIG_IGN);
    auto ends = GENERATE(0, 1) == 0 ? make_pipe() : make_sockets();
    log::Output output(ends.write.get());
    output.put(line_of(1));
    ends.read.reset();
    output.put(line_of(2));
    output.put(line_of(3));
    output.flush();
    CHECK(output.lost() == 0); // another reader may open the FIFO
}

// SPDX-License-Identifier: Apache-2.0
//
// How the command line reads an HTTP answer.
#include "cli/reply_reader.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using sipsteer::cli::Reply;
using sipsteer::cli::ReplyReader;

namespace {

/// The answer, read in pieces of `size` bytes; done before its end: what is left is not looked at.
Result<Reply> read(std::string_view text, std::size_t size, bool then_ends) {
    ReplyReader reader;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
        if (const auto read = reader.read(text.substr(0, size)); !read) {
            return read.error();
        }
    }
    if (!reader.is_done()) {
        if (!then_ends) {
            return Error{"goes on"};
        }
        if (const auto ended = reader.end(); !ended) {
            return ended.error();
        }
    }
    return reader.reply();
}

void reads(const std::string &text, int status, const std::string &body, bool then_ends = false) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
        INFO(text << " in pieces of " << size);
        const auto reply = read(text, size, then_ends);
        REQUIRE(reply.ok());
        CHECK(reply->status == status);
        CHECK(reply->body == body);
    }
}

void fails(const std::string &text, const std::string &why) {
    for (const std::size_t size : {std::size_t{1}, text.size() + 1}) {
        INFO(text << " in pieces of " << size);
        const auto reply = read(text, size, true);
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().message == why);
    }
}

} // namespace

TEST_CASE("an answer whose length is known", "[cli]") {
    reads("HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\nX: y\r\n\r\nhellomore", 200, "hello");
    reads("HTTP/1.1 200 OK\r\nContent-Length:\t0 \r\n\r\n", 200, "");
    reads("HTTP/1.0 503 No\r\nContent-Length: 1\r\n\r\nx", 503, "x");
    reads("HTTP/1.1 204 No Content\r\n\r\n", 204, "");
    CHECK(read("HTTP/1.1 404 Not Found\r\n\r\n", 99, true)->reason == "Not Found");
}

TEST_CASE("an answer in chunks", "[cli]") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
    reads(head + "3\r\nabc\r\nA;why=\"this\"\r\n0123456789\r\n0\r\n\r\n", 200, "abc0123456789");
    reads(head + "1\r\n\n\r\n0\r\nTrailer: x\r\n\r\nmore", 200, "\n");
}

TEST_CASE("an answer that the end of the connection ends", "[cli]") {
    reads("HTTP/1.1 200 OK\r\n\r\nall of it\r\n", 200, "all of it\r\n", true);
    CHECK_FALSE(read("HTTP/1.1 200 OK\r\n\r\nall of it", 99, false).ok());
}

TEST_CASE("an interim answer", "[cli]") {
    reads("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", 403, "no");
}

TEST_CASE("what is no answer, or a part of one", "[cli]") {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    fails("", "end of stream");
    fails("HTTP/1.1 200 OK\r\nContent-Len", "end of stream");
    fails("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "the answer ends too early");
    fails(chunked + "5\r\nhello\r\n", "the answer ends too early");
    for (const auto *head :
         {"SSH-2.0-OpenSSH_9.2", "HTTP/2 200 OK", "HTTP/1.1 200OK", "HTTP/1.1 2x0 OK", "HTTP/1.1",
          "HTTP/1.1 200 OK\r\nno field", "HTTP/1.1 200 OK\r\nContent-Length: 1x",
          "HTTP/1.1 200 OK\r\nContent-Length: -1",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"}) {
        fails(head + std::string("\r\n\r\n"), "the answer is not HTTP");
    }
    fails(chunked + "xyz\r\n", "the answer is not HTTP");
    fails(chunked + "\r\n", "the answer is not HTTP");
    fails(std::string(70000, 'x'), "the answer is not HTTP");
}

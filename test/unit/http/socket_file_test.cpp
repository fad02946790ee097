// SPDX-License-Identifier: Apache-2.0
//
// The socket's file.
#include "api_client.hpp"

#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

mode_t mode_of(const std::string &path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// A socket's file that nobody listens on any more.
void leave_stale_socket(const std::string &path) {
    asio::io_context io;
    asio::local::stream_protocol::acceptor(io, {path});
    REQUIRE(fs::is_socket(path));
}

} // namespace

TEST_CASE("the socket's file has the mode asked for, whatever the umask") {
    const Folder folder;
    asio::io_context io;
    Server server(io, example_router());
    const mode_t before = umask(077);
    const Status status = server.listen(folder.file("run/deep/api.sock"), 0666);
    umask(before);
    REQUIRE(status.ok());
    CHECK(mode_of(folder.file("run/deep/api.sock")) == 0666);
    CHECK(mode_of(folder.file("run/deep")) == 0755);
}

TEST_CASE("a stale socket is replaced") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    leave_stale_socket(path);
    asio::io_context io;
    {
        Server server(io, example_router());
        CHECK(server.listen(path, 0600).ok());
        CHECK(fs::is_socket(path));
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a socket that another daemon answers on is left alone") {
    const Running server;
    asio::io_context io;
    {
        Server second(io, example_router());
        const Status status = second.listen(server.path(), 0660);
        REQUIRE_FALSE(status.ok());
        CHECK(status.error().message == "another daemon answers on " + server.path());
    }
    check_alive(server);
}

TEST_CASE("a file that is not a socket is left alone") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    std::ofstream(path) << "precious";
    asio::io_context io;
    Server server(io, example_router());
    const Status status = server.listen(path, 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == path + " exists and is not a socket");
    server.stop();
    CHECK(fs::is_regular_file(path));
}

TEST_CASE("only its own file is removed at the end") {
    const Folder folder;
    const std::string path = folder.file("api.sock");
    asio::io_context io;
    Server server(io, example_router());
    REQUIRE(server.listen(path, 0660).ok());
    fs::remove(path);
    leave_stale_socket(path);
    server.stop();
    CHECK(fs::is_socket(path));
}

TEST_CASE("a path that cannot be had is an error that says why") {
    const Folder folder;
    asio::io_context io;
    Server server(io, example_router());
    const std::string too_long = folder.file(std::string(120, 'x'));
    Status status = server.listen(too_long, 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "socket path \"" + too_long + "\" must have 1 to 107 bytes");

    std::ofstream(folder.file("file")) << "";
    status = server.listen(folder.file("file/api.sock"), 0660);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message.find("folder " + folder.file("file")) == 0);
}

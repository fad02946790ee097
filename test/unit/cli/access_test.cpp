// SPDX-License-Identifier: Apache-2.0
//
// Where the command line sends its token.
#include "cli/access.hpp"
#include "cli_run.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace sipsteer::cli;
using namespace sipsteer::test;

namespace {

/// A file with a token, for the time of a test.
class TokenFile {
public:
    TokenFile() { std::ofstream(path) << "secret\n"; }
    ~TokenFile() { std::filesystem::remove(path); }
    TokenFile(const TokenFile &) = delete;
    TokenFile &operator=(const TokenFile &) = delete;

    const std::string path =
        (std::filesystem::temp_directory_path() / ("token-" + std::to_string(getpid()))).string();
};

Context context(const std::string &api, const std::string &token_file) {
    Context context;
    context.api = api;
    context.token_file = token_file;
    return context;
}

} // namespace

TEST_CASE("a token leaves this host over TLS alone", "[cli]") {
    const TokenFile file;
    for (const auto *api : {"/run/a.sock", "unix:/run/a.sock", "http://127.0.0.1:8080",
                            "http://127.1.2.3:8080", "http://[::1]:8080", "http://localhost:8080",
                            "https://192.0.2.1:8443", "https://balancer.example:8443"}) {
        INFO(api);
        const auto access = find_access(context(api, file.path));
        REQUIRE(access.ok());
        CHECK(access->token == "secret");
    }
    for (const auto *api :
         {"http://192.0.2.1:8080", "http://[2001:db8::1]:8080", "http://[::]:8080",
          "http://0.0.0.0:8080", "http://balancer.example:8080", "http://localhost.example:8080",
          "http://127.0.0.1.example:8080", "http://[fe80::1%lo]:8080", "http://2130706433:8080"}) {
        INFO(api);
        const auto refused = find_access(context(api, file.path));
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().message ==
              "--api: " + std::string(api) +
                  " is plain text, so the network could read the token; use https, or add "
                  "--token-in-clear if you mean it");
        CHECK(find_access(context(api, "")).ok()); // no token, nothing to read
        auto meant = context(api, file.path);
        meant.token_in_clear = true;
        CHECK(find_access(meant).ok());
    }
}

TEST_CASE("the token of the environment, too, and whatever the command", "[cli]") {
    // 0.0.0.0 is this host, but no loopback address: a token is not sent there, and nobody answers.
    for (const auto *command :
         {"status", "events", "trace", "drain a/b", "wait a/b up", "explain x"}) {
        INFO(command);
        const std::string place = std::string(" --api http://0.0.0.0:1 ") + command + " 2>&1";
        const auto refused = run_shell("SIPSTEER_TOKEN=secret " SIPSTEER_PROGRAM + place);
        CHECK(refused.exit_code == kExitUsage);
        CHECK_THAT(refused.output, Catch::Contains("--token-in-clear"));
        CHECK(refused.output.find("secret") == std::string::npos);
    }
    const auto meant = run_shell("SIPSTEER_TOKEN=secret " SIPSTEER_PROGRAM
                                 " --api http://0.0.0.0:1 --token-in-clear status 2>&1");
    CHECK(meant.exit_code == kExitNotReachable);
}

// SPDX-License-Identifier: Apache-2.0
//
// sipsteer config import, as a person runs it.
#include "cli_run.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace sipsteer::test;

namespace {

const std::string kSamples = SIPSTEER_SOURCE_DIR "/test/unit/cli/foreign/";

Outcome import(const std::string &arguments, const std::string &standard_error) {
    return run_shell(std::string(SIPSTEER_PROGRAM) + " config import " + arguments + ' ' +
                     standard_error);
}

} // namespace

TEST_CASE("sipsteer config import: the configuration goes to standard output, alone", "[cli]") {
    const auto whole = import("ipvs - 2>/dev/null <<'E'\n-A -u 198.51.100.100:5060 -s rr --pe sip "
                              "-p 60\n-a -u 198.51.100.100:5060 -r 198.51.100.11:5060 -g -w 1\nE\n",
                              "");
    CHECK(whole.exit_code == 0);
    CHECK(nlohmann::json::parse(whole.output)["pools"][0]["scheduler"] == "round-robin");
    for (const std::string &one :
         {"ipvs " + kSamples + "ipvs.rules", "keepalived " + kSamples + "keepalived.conf",
          "dispatcher --vip 198.51.100.100 " + kSamples + "dispatcher.list"}) {
        INFO(one);
        const auto part = import(one, "2>/dev/null");
        CHECK(part.exit_code == 1); // something is left out
        REQUIRE(nlohmann::json::accept(part.output));
        const auto checked = run_shell(std::string(SIPSTEER_PROGRAM) + " config import " + one +
                                       " 2>/dev/null | " + SIPSTEER_PROGRAM + " config check -");
        CHECK(checked.output == "standard input: valid\n");
    }
}

TEST_CASE("sipsteer config import: standard error names what is left out by line", "[cli]") {
    const auto remarks = import("ipvs " + kSamples + "ipvs.rules", "2>&1 >/dev/null").output;
    CHECK(remarks.find("ipvs.rules:6: left out: TCP service: sipsteer steers UDP alone\n") !=
          std::string::npos);
    CHECK(remarks.find("ipvs.rules: note: interface eth0 is a guess") != std::string::npos);
    CHECK(
        import("ipvs --interface bond0 " + kSamples + "ipvs.rules", "2>&1").output.find("guess") ==
        std::string::npos);
}

TEST_CASE("sipsteer config import: wrong use is refused, and an empty farm", "[cli]") {
    const auto refused = [](const std::string &arguments, int code, const std::string &why) {
        const auto outcome = import(arguments, "2>&1");
        INFO(arguments << ": " << outcome.output);
        CHECK(outcome.exit_code == code);
        CHECK(outcome.output.find(why) != std::string::npos);
    };
    refused("haproxy /dev/null", 2, "ipvs");
    refused("ipvs", 2, "file");
    refused("ipvs /nonexistent", 2, "/nonexistent: No such file or directory");
    refused("dispatcher /dev/null", 2, "--vip: required");
    refused("ipvs --vip 198.51.100.100 /dev/null", 2, "--vip: only for a dispatcher list");
    refused("dispatcher --vip vip.example.com /dev/null", 2,
            "--vip: \"vip.example.com\" is not an address");
    refused("ipvs /dev/null", 1, "the file has no service that sipsteer can steer");
    refused("ipvs --interface a/b " + kSamples + "ipvs.rules", 1, "interfaces[0].name");
}

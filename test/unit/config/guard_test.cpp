// SPDX-License-Identifier: Apache-2.0
//
// The lists of the guard: the configuration's and those of deny files.
#include "config_cases.hpp"

#include "config/deny_file.hpp"
#include "config/warnings.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sipsteer;
using namespace sipsteer::config;
using namespace sipsteer::config::test;

namespace {

Texts warnings_of(const Change &change) {
    Texts texts;
    const auto parsed = parse(changed(good(), change));
    REQUIRE(parsed.ok());
    for (const auto &warning : warnings_about(*parsed)) {
        texts.push_back(warning.to_string());
    }
    return texts;
}

std::string deny_error(const std::string &text) {
    const auto parsed = parse_deny_file(text, "/etc/x");
    return parsed ? "" : parsed.error().message;
}

/// A file of a test's own, removed with it.
class DenyFile {
public:
    explicit DenyFile(const std::string &text) { write(text); }
    ~DenyFile() { std::filesystem::remove(path_); }
    DenyFile(const DenyFile &) = delete;
    DenyFile &operator=(const DenyFile &) = delete;

    void write(const std::string &text) const { std::ofstream(path_) << text; }
    const std::string &path() const { return path_; }

private:
    std::string path_ = "/tmp/sipsteer-deny-" + std::to_string(::getpid());
};

Config config_with(const std::string &path) {
    Config config;
    config.guard.deny_files = {path};
    return config;
}

} // namespace

TEST_CASE("a guard is read and written, of all services and of one") {
    json document = good();
    const json guard = json::parse(R"({"observe": true, "trusted": ["203.0.113.0/24"],
        "allow": ["192.0.2.7", "2001:db8::/32"], "deny": ["0.0.0.0/0", "::/0"],
        "deny_files": ["/etc/sipsteer/bad"]})");
    document["guard"] = guard;
    document["services"][1]["guard"] = {{"deny", {"192.0.2.0/24"}}};
    const auto parsed = parse(document);
    REQUIRE(texts(parsed).empty());
    CHECK(parsed->guard.observe);
    CHECK(parsed->guard.allow.at(1).to_string() == "2001:db8::/32");
    CHECK(parsed->services[0].guard == ServiceGuard{});
    CHECK(parsed->services[1].guard.deny.at(0).to_string() == "192.0.2.0/24");
    CHECK(to_json(*parsed)["guard"] == guard);
    CHECK(*parse(to_json(*parsed)) == *parsed);
}

TEST_CASE("a service says from whom it takes a method") {
    json document = good();
    const json methods = {{"REGISTER", "trusted"}, {"OPTIONS", "known"}, {"other", "all"}};
    document["services"][0]["guard"] = {{"methods", methods}, {"stealth", true}};
    const auto parsed = parse(document);
    REQUIRE(texts(parsed).empty());
    const auto &guard = parsed->services[0].guard;
    CHECK(guard.stealth);
    CHECK(guard.methods.size() == 3);
    CHECK(guard.methods.at(SS_METHOD_REGISTER) == GuardFrom::Trusted);
    CHECK(guard.methods.at(SS_METHOD_OPTIONS) == GuardFrom::Known);
    CHECK(to_json(*parsed)["services"][0]["guard"]["methods"] == methods);
    CHECK(*parse(to_json(*parsed)) == *parsed);
}

TEST_CASE("methods of a guard: each error names field and value") {
    check({
        {{"/services/0/guard", R"({"methods": {"REGISTR": "known"}})"},
         {R"(services[0].guard.methods.REGISTR: unknown method; did you mean "REGISTER"?)"}},
        {{"/services/0/guard", R"({"methods": {"INVITE": "none"}})"},
         {R"(services[0].guard.methods.INVITE: "none" is unknown; supported: "all", "known", "trusted")"}},
        {{"/services/0/guard", R"({"methods": ["INVITE"]})"},
         {"services[0].guard.methods: expected an object, found a list"}},
        {{"/guard", R"({"stealth": true})"}, {"guard.stealth: unknown field"}},
    });
}

TEST_CASE("scanners are named by the beginning of their User-Agent") {
    json document = good();
    document["services"][0]["guard"]["user_agents"] = {"Friendly-Scanner", "eye Beam"};
    const auto parsed = parse(document);
    REQUIRE(texts(parsed).empty());
    CHECK(parsed->services[0].guard.user_agents == Texts{"friendly-scanner", "eye beam"});
    CHECK(*parse(to_json(*parsed)) == *parsed);
    const std::string none = " is not the beginning of a User-Agent; write 4 to 16 printable ASCII "
                             "characters, the first one no blank";
    const std::string at = "services[0].guard.user_agents";
    check({
        {{"/services/0/guard", R"({"user_agents": ["abc"]})"}, {at + R"([0]: "abc")" + none}},
        {{"/services/0/guard", R"({"user_agents": ["abcdefghijklmnopq"]})"},
         {at + R"([0]: "abcdefghijklmnopq")" + none}},
        {{"/services/0/guard", R"({"user_agents": ["sipcli", " sipcli"]})"},
         {at + R"([1]: " sipcli")" + none}},
        {{"/services/0/guard", R"({"user_agents": ["a", "a", "a", "a", "a", "a", "a", "a", "a"]})"},
         {at + ": 9 given; at most 8 are supported"}},
    });
}

TEST_CASE("a limit on what is no message has the time of its ban") {
    json document = good();
    document["services"][0]["guard"]["malformed_limit"] = {{"per_minute", 60}, {"for", "30m"}};
    const auto parsed = parse(document);
    REQUIRE(texts(parsed).empty());
    const auto &limit = parsed->services[0].guard.malformed_limit;
    CHECK(limit.per_minute == 60);
    CHECK(limit.time == std::chrono::minutes(30));
    CHECK(*parse(to_json(*parsed)) == *parsed);
}

TEST_CASE("closed methods of a stateless pool are warned about") {
    const std::string stateless = R"(: pool "proxies" is stateless and knows no new calls; )"
                                  "nothing is refused";
    const auto warned = [](const std::string &guard) {
        json document = good();
        document["pools"][0]["mode"] = "stateless";
        document["services"][0]["guard"] = json::parse(guard);
        const auto parsed = parse(document);
        REQUIRE(texts(parsed).empty());
        Texts found;
        for (const auto &warning : warnings_about(*parsed)) {
            found.push_back(warning.to_string());
        }
        return found;
    };
    CHECK(warned(R"({"stealth": true})") == Texts{"services[0].guard.stealth" + stateless});
    CHECK(warned(R"({"methods": {"INVITE": "known"}})") ==
          Texts{"services[0].guard.methods" + stateless});
    CHECK(warned("{}").empty());
}

TEST_CASE("prefixes of a guard: each error names field and value") {
    const std::string no_prefix = " is not a prefix; write ADDRESS or ADDRESS/BITS";
    check({
        {{"/guard", R"({"deny": ["192.0.2.1/24"]})"},
         {R"(guard.deny[0]: "192.0.2.1/24" has bits set behind the prefix; write "192.0.2.0/24")"}},
        {{"/guard", R"({"allow": ["2001:db8::1/64"]})"},
         {R"(guard.allow[0]: "2001:db8::1/64" has bits set behind the prefix; write )"
          R"("2001:db8::/64")"}},
        {{"/guard", R"({"trusted": ["192.0.2.0/33", 7]})"},
         {R"(guard.trusted[0]: "192.0.2.0/33")" + no_prefix,
          "guard.trusted[1]: expected a string, found number 7"}},
        {{"/guard", R"({"deny": ["any"]})"}, {R"(guard.deny[0]: "any")" + no_prefix}},
        {{"/guard", R"({"deny_files": ["bad"]})"},
         {R"(guard.deny_files[0]: "bad" is not an absolute path)"}},
        {{"/guard", R"({"dany": []})"}, {R"(guard.dany: unknown field; did you mean "deny"?)"}},
        {{"/services/0/guard", R"({"deny": ["192.0.2.7", "10.0.0.0/8", "192.0.2.7/32"]})"},
         {R"(services[0].guard.deny[2]: "192.0.2.7" is already in services[0].guard.deny[0])"}},
        {{"/guard", R"({"deny": ["192.0.2.7"], "trusted": ["192.0.2.7"]})"},
         {R"(guard.deny[0]: "192.0.2.7" is already in guard.trusted[0])"}},
    });
    json document = good(); // one scope does not see the other's
    document["guard"] = {{"deny", {"192.0.2.7"}}};
    document["services"][0]["guard"] = {{"allow", {"192.0.2.7"}}};
    CHECK(texts(parse(document)).empty());
}

TEST_CASE("denied prefixes that are unlikely make a warning") {
    CHECK(warnings_of({"/guard", R"({"deny": ["198.51.100.0/24"]})"}) ==
          Texts{R"(guard.deny[0]: "198.51.100.0/24" has 198.51.100.11, the address of )"
                "pools[0].servers[0]"});
    CHECK(warnings_of({"/services/1/guard", R"({"deny": ["2001:db8::100"]})"}) ==
          Texts{R"(services[1].guard.deny[0]: "2001:db8::100" has 2001:db8::100, the VIP of )"
                "services[1]"});
    CHECK(warnings_of({"/guard", R"({"deny": ["0.0.0.0/0"]})"}) ==
          Texts{"guard.deny[0]: denies every client of its family; no list allows any"});
    CHECK(warnings_of({"/guard", R"({"deny": ["::/0"], "trusted": ["2001:db8:1::/48"]})"}).empty());
    CHECK(warnings_of({"/guard", R"({"deny": ["192.0.2.0/24"]})"}).empty());
}

TEST_CASE("a deny file has a prefix a line, comments and blank lines") {
    const auto parsed = parse_deny_file("# bad ones\n\n 192.0.2.0/24 # a network\r\n203.0.113.7\n"
                                        "2001:db8::/32\n203.0.113.7\n\t\n192.0.2.7",
                                        "/etc/x");
    REQUIRE(parsed.ok());
    std::vector<std::string> prefixes;
    for (const auto &prefix : *parsed) {
        prefixes.push_back(prefix.to_string());
    }
    CHECK(prefixes ==
          Texts{"192.0.2.0/24", "192.0.2.7", "203.0.113.7", "2001:db8::/32"}); // each once
    CHECK(parse_deny_file("", "/etc/x")->empty());
}

TEST_CASE("a bad line of a deny file is named, and not quoted") {
    CHECK(deny_error("192.0.2.7\n\nroot:secret\n") ==
          "/etc/x:3: the line is not a prefix; write ADDRESS or ADDRESS/BITS");
    CHECK(deny_error("192.0.2.7/24") == "/etc/x:1: the prefix has bits set behind the prefix");
    CHECK(deny_error("192.0.2.7 192.0.2.8").starts_with("/etc/x:1: the line is not"));
    CHECK(deny_error(std::string("192.0.2.7\0", 10)).starts_with("/etc/x:1: "));
}

TEST_CASE("deny files are read again if they have changed") {
    const DenyFile file("192.0.2.7\n");
    DenyFiles files;
    const auto first = files.read(config_with(file.path()));
    REQUIRE(first.ok());
    REQUIRE(first->at(file.path())->size() == 1);
    CHECK(*files.read(config_with(file.path()))->at(file.path()) == *first->at(file.path()));
    file.write("192.0.2.7\n192.0.2.8\n");
    CHECK(files.read(config_with(file.path()))->at(file.path())->size() == 2);
    CHECK(first->at(file.path())->size() == 1); // what is in force stays
    CHECK(files.read({})->empty());
    const auto missing = files.read(config_with("/nonexistent/deny"));
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.error().message == "cannot open /nonexistent/deny: No such file or directory");
    CHECK(files.read(config_with("/dev/zero")).error().message == "/dev/zero: not a regular file");
}

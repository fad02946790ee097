// SPDX-License-Identifier: Apache-2.0
//
// `sipsteer explain --offline`, the program itself, over messages of this project and collected
// ones.
#include "cli_run.hpp"
#include "shared_sip.hpp"

#include "sip/finder.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

using namespace sipsteer::test;
using nlohmann::json;

namespace {

/// A folder of this test alone, gone with it.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "sipsteer-cli-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    std::string write(const std::string &name, const std::string &bytes) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << bytes;
        return file.string();
    }

private:
    std::filesystem::path path_;
};

Outcome run(const std::string &arguments) {
    return run_sipsteer(arguments);
}

/// Under a secret of the test's own, so that no daemon of this host has a say.
json explain(const Folder &folder, const std::string &message) {
    const auto datagram = folder.write("datagram", message);
    const auto secret = folder.write("secret", std::string(16, '\0'));
    const auto outcome =
        run("explain --offline -o json --secret " + secret + " --datagram " + datagram);
    INFO(outcome.output);
    REQUIRE(outcome.exit_code == 0);
    return json::parse(outcome.output);
}

std::string bytes_of(const json &hex) {
    std::string bytes;
    if (hex.is_string()) {
        const auto text = hex.get<std::string>();
        for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
            bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
        }
    }
    return bytes;
}

const std::string kInvite = "INVITE sip:bob@example.com SIP/2.0\r\n"
                            "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1\r\n"
                            "To: <sip:bob@example.com>\r\nCall-ID: one@host\r\nCSeq: 1 INVITE\r\n"
                            "\r\n";

const std::string kGood = R"({"interfaces": [{"name": "eth0"}], "pools": [], "services": []})";

} // namespace

TEST_CASE("sipsteer explain: what is read in a request", "[cli]") {
    const Folder folder;
    const json found = explain(folder, kInvite);
    CHECK(found["kind"] == "request");
    CHECK(found["method"] == "INVITE");
    CHECK(found["call_id"] == "one@host");
    CHECK(bytes_of(found["call_id_hex"]) == "one@host");
    CHECK(found["offsets"]["call_id"] == kInvite.find("one@host"));
    CHECK(found["event"] == "start");
    CHECK(found["state"] == "early");
    CHECK(found["rfc"] == "RFC 3261, 13.2");
    CHECK(found["reason"].is_null());
    CHECK(found["key_secret"] == "file");
    const std::uint64_t zero[2] = {0, 0};
    const std::string text = "one@host";
    const auto key = finder_hash(
        zero, {reinterpret_cast<const std::uint8_t *>(text.data()), text.size(), text.size()},
        {0, text.size()});
    CHECK(std::stoull(found["key"].get<std::string>(), nullptr, 16) == key);
}

TEST_CASE("sipsteer explain: the other kinds of datagrams", "[cli]") {
    const Folder folder;
    CHECK(explain(folder, "\r\n\r\n")["kind"] == "keepalive");
    CHECK(explain(folder, "hello")["kind"] == "not_sip");
    CHECK(explain(folder, "")["kind"] == "keepalive");
    const json response = explain(folder, "SIP/2.0 200 OK\r\nCall-ID: a\r\nCSeq: 7 BYE\r\n\r\n");
    CHECK(response["kind"] == "response");
    CHECK(response["method"] == "BYE");
    CHECK(response["class"] == "2xx");
    const json without = explain(folder, "OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n");
    CHECK(without["reason"] == "no_call_id");
    CHECK(without["call_id"].is_null());
    CHECK(without["key"].is_null());
    CHECK(without["state"] == "source");
}

TEST_CASE("sipsteer explain: the answer to a BYE", "[cli]") {
    const Folder folder;
    const auto event = [&](const std::string &status, const std::string &cseq) {
        return explain(folder,
                       "\r\nSIP/2.0 " + status + "\r\nCall-ID: a\r\n" + cseq + "\r\n\r\n")["event"];
    };
    CHECK(event("200 OK", "CSeq: 2 BYE") == "ended");
    CHECK(event("200 OK", "CSeq: 2 INVITE") == "response");
    CHECK(event("481 No", "CSeq: 2 BYE") == "ended");
    CHECK(event("401 Unauthorized", "CSeq: 2 BYE") == "response"); // the BYE comes again
    CHECK(event("200 OK", "CSeq: 2\r\n BYE") == "ended");
}

TEST_CASE("sipsteer explain: bytes that are no UTF-8 are not lost", "[cli]") {
    const Folder folder;
    const json found = explain(folder, "BYE sip:a SIP/2.0\r\nCall-ID: a\xff\r\n\r\n");
    CHECK(found["call_id_hex"] == "61ff");
    CHECK(found["call_id"] == "a\xef\xbf\xbd");
}

TEST_CASE("sipsteer explain: a capture", "[cli]") {
    const Folder folder;
    using namespace std::string_literals;
    const std::string payload = "BYE sip:a SIP/2.0\r\ni: x\r\n\r\n";
    const auto udp =
        "\x13\xc4\x13\xc4\0"s + static_cast<char>(8 + payload.size()) + "\0\0"s + payload;
    const auto ip = "\x45\0\0"s + static_cast<char>(20 + udp.size()) + "\0\1\0\0\x40\x11\0\0"s +
                    "\xc0\0\x02\x01\xc0\0\x02\x02"s + udp;
    const auto size = std::string(1, static_cast<char>(ip.size())) + "\0\0\0"s;
    // Of raw IP (101), one frame of one second after 1970.
    const std::string capture = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0"s +
                                "\1\0\0\0\0\0\0\0"s + size + size + ip;
    const std::string options = "explain --offline -o json --pcap ";

    const auto good = run(options + folder.write("good", capture));
    INFO(good.output);
    REQUIRE(good.exit_code == 0);
    const json found = json::parse(good.output);
    CHECK(found["call_id"] == "x");
    CHECK(found["frame"] == 1);
    CHECK(found["source"] == "192.0.2.1:5060");
    CHECK(found["time_unix_seconds"] == 1.0);

    CHECK(run(options + folder.write("good", capture) + " --port 5070").exit_code == 1);
    const auto cut = run(options + folder.write("cut", capture.substr(0, capture.size() - 5)));
    CHECK(cut.exit_code == 2);
    CHECK_THAT(cut.output, Catch::Contains("after frame 0") && Catch::Contains("truncated"));
    const auto none = run(options + folder.write("none", "no capture"));
    CHECK(none.exit_code == 2);
    CHECK(run(options + "/nonexistent").exit_code == 2);
}

TEST_CASE("sipsteer: exit codes of what cannot be done", "[cli]") {
    const Folder folder;
    const auto gone = run("--api " + folder.write("x", "") + ".sock explain call");
    CHECK(gone.exit_code == 3);
    CHECK_THAT(gone.output, Catch::Contains("start sipsteerd, or name its address"));
    CHECK(run("explain").exit_code == 2);
    CHECK(run("explain --offline call").exit_code == 2);
    CHECK(run("explain --offline --datagram /nonexistent").exit_code == 2);
    CHECK(run("nonsense").exit_code == 2);
    CHECK(run("--version").exit_code == 0);
    const auto bad = run("config check " + folder.write("bad.json", R"({"pools": 1})"));
    CHECK(bad.exit_code == 1);
    CHECK_THAT(bad.output, Catch::Contains("pools: "));
    const auto none = run("config check /nonexistent");
    CHECK(none.exit_code == 2);
    CHECK(none.output == "sipsteer: /nonexistent: No such file or directory\n");
    CHECK(run("config check -o json /nonexistent").exit_code == 2);
    const auto piped = run("config check - <" + folder.write("ok.json", kGood));
    CHECK(piped.exit_code == 0);
    CHECK(piped.output == "standard input: valid\n");
    CHECK(run("config check - <" + folder.write("bad.json", "{")).exit_code == 1);
}

TEST_CASE("sipsteer: a command that there is not is named", "[cli]") {
    const std::string help = "\nRun with --help for more information.\n";
    const auto outcome = [&](const std::string &arguments) {
        const auto shown = run(arguments);
        CHECK(shown.exit_code == 2);
        return shown.output;
    };
    CHECK(outcome("nosuch") == "sipsteer: there is no command \"nosuch\"" + help);
    CHECK(outcome("statsu -o json") ==
          "sipsteer: there is no command \"statsu\"; did you mean \"status\"?" + help);
    CHECK(outcome("config chek x") ==
          "sipsteer: config: there is no command \"chek\"; did you mean \"check\"?" + help);
    CHECK(outcome("--nosuch") == "sipsteer: there is no option \"--nosuch\"" + help);
    CHECK(outcome("") == "A subcommand is required" + help);
    CHECK_THAT(outcome("apply nosuch"), Catch::StartsWith("--file is required"));
}

TEST_CASE("sipsteer config schema", "[cli]") {
    const auto schema = run("config schema");
    CHECK(schema.exit_code == 0);
    CHECK(json::parse(schema.output)["$defs"]["ServerConfig"]["required"] ==
          json{"name", "address"});
}

TEST_CASE("sipsteer: the man page has each option of --help", "[cli]") {
    std::ifstream file(SIPSTEER_SOURCE_DIR "/deploy/man/sipsteer.1");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    const std::regex command("^  ([a-z]+) .*");
    std::istringstream commands(run("--help").output);
    std::string all = run("--help").output + run("config check --help").output +
                      run("config import --help").output + run("config rollback --help").output;
    std::size_t count = 0;
    for (std::string line; std::getline(commands, line);) {
        if (std::smatch found; std::regex_match(line, found, command)) {
            all += run(found[1].str() + " --help").output;
            count++;
        }
    }
    CHECK(count > 10);
    // "-f,--follow", "-v", "--once"
    const std::regex names("\n  (-[a-z]),?(--[a-z-]+)?|\n  (--[a-z-]+)");
    for (std::sregex_iterator found(all.begin(), all.end(), names), none; found != none; ++found) {
        for (const int group : {1, 2, 3}) {
            const std::string name = (*found)[static_cast<std::size_t>(group)].str();
            INFO(name);
            CHECK((name.empty() ||
                   std::regex_search(page, std::regex("Fl " + name.substr(1) + "\\b"))));
        }
    }
}

TEST_CASE("sipsteer: what cannot be written is no success", "[cli]") {
    const Folder folder;
    const auto good = folder.write("good.json", kGood);
    const auto bad = folder.write("bad.json", R"({"pools": 1})");
    for (const auto &arguments : {"config check " + good, std::string("completion bash"),
                                  std::string("--help"), std::string("--version")}) {
        INFO(arguments);
        REQUIRE(run(arguments).exit_code == 0);
        const auto full = run_shell(SIPSTEER_PROGRAM " " + arguments + " 2>&1 >/dev/full");
        CHECK(full.exit_code == 1);
        CHECK_THAT(full.output, Catch::StartsWith("sipsteer: standard output: "));
        CHECK(run_shell(SIPSTEER_PROGRAM " " + arguments + " 2>/dev/null >&-").exit_code == 1);
    }
    CHECK(
        run_shell(SIPSTEER_PROGRAM " config check -o json " + bad + " >/dev/full 2>&1").exit_code ==
        1);
    CHECK(run_shell(SIPSTEER_PROGRAM " nonsense >/dev/full 2>&1").exit_code == 2);
}

TEST_CASE("sipsteer explain: collected messages", "[cli]") {
    const auto messages = read_shared_sip();
    if (!messages) {
        WARN("skipped: no collected messages (SIPSTEER_SHARED_SIP names their folder)");
        return;
    }
    REQUIRE(messages->size() > 100);
    const Folder folder;
    for (const SharedMessage &message : *messages) {
        INFO(message.file);
        const json found = explain(folder, message.text);
        if (message.parsers_agree < 3) {
            continue; // callid_shared_test says why our answer is right
        }
        CHECK(bytes_of(found["call_id_hex"]) == message.call_id);
        if (message.kind != "other") {
            CHECK(found["kind"] == message.kind);
        }
        if (!message.method.empty()) {
            CHECK(found["method"] == message.method);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// Bans outlive a restart and a reboot.
#include "base/state_file.hpp"
#include "farm/ban_file.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace sipsteer;
using namespace sipsteer::farm;

namespace {

/// A directory that is removed again.
class BanDirectory {
public:
    BanDirectory() { REQUIRE(::mkdtemp(name_) != nullptr); }
    ~BanDirectory() { std::filesystem::remove_all(name_); }
    BanDirectory(const BanDirectory &) = delete;
    BanDirectory &operator=(const BanDirectory &) = delete;
    std::string path() const { return name_; }
    std::string file() const { return path() + "/bans.json"; }

private:
    char name_[32] = "/tmp/sipsteer-bans-XXXXXX";
};

const plan::Ban::Time kBegin{std::chrono::milliseconds(1'700'000'000'123)};

plan::Ban ban_of(const char *prefix, std::optional<plan::Ban::Time> until) {
    return {*Prefix::parse(prefix), "trunks", kBegin, until, "uid 1000", "said \"no\""};
}

void write(const std::string &file, const std::string &text) {
    std::ofstream(file) << text;
}

} // namespace

TEST_CASE("bans are saved and loaded whole, and the file goes with the last one") {
    const BanDirectory directory;
    const BanFile file(directory.path());
    CHECK(file.load().all().empty());
    plan::Bans bans;
    bans.put(ban_of("203.0.113.7", kBegin + std::chrono::hours(1)));
    bans.put(ban_of("2001:db8::/64", std::nullopt));
    file.save(bans);
    CHECK_FALSE(file.is_unsaved());
    CHECK(file.load().all() == bans.all());
    CHECK(file.load().next() == bans.next());
    file.save({});
    CHECK_FALSE(std::filesystem::exists(directory.file()));
}

TEST_CASE("bans of an earlier boot are still bans") {
    const BanDirectory directory;
    const BanFile file(directory.path());
    write(directory.file(), R"({"boot_id": "another", "bans": [{"prefix": "203.0.113.7",
        "service": "", "since_ms": 1, "by": "uid 0", "comment": ""}]})");
    CHECK(file.load().all().size() == 1);
}

TEST_CASE("a damaged file of bans is set aside; what can be read of it counts") {
    const BanDirectory directory;
    const BanFile file(directory.path());
    write(directory.file(), "{");
    CHECK(file.load().all().empty());
    CHECK(std::filesystem::exists(directory.file() + ".damaged"));
    const std::string good = R"({"prefix": "203.0.113.7", "service": "", "since_ms": 1,
        "by": "uid 0", "comment": ""})";
    for (const std::string bad :
         {R"(7)", R"({"prefix": "203.0.113.7/24", "service": "", "since_ms": 1, "by": "",
                     "comment": ""})",
          R"({"prefix": "203.0.113.8", "service": "", "since_ms": -1, "by": "", "comment": ""})",
          R"({"prefix": "203.0.113.8", "service": "", "since_ms": 1, "until_ms": 1e300,
              "by": "", "comment": ""})"}) {
        INFO(bad);
        write(directory.file(), R"({"boot_id": "x", "bans": [)" + good + ',' + bad + "]}");
        CHECK(file.load().all().size() == 1);
        CHECK(file.load().all().size() == 1); // saved again without the others
    }
}

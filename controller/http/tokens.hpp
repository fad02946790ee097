// SPDX-License-Identifier: Apache-2.0
//
// The tokens that clients show (RFC 6750). The file has their hashes only.
#pragma once

#include "base/prefix.hpp"
#include "base/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace sipsteer::http {

/// Each opens what the one before does, and more.
enum class Role {
    Metrics,  // the metrics
    Monitor,  // reading what names no call
    ReadOnly, // reading all but whole messages, and explaining
    Admin,    // everything
};

/// As in the file: "read-only".
std::string role_word(Role role);

using Sha256 = std::array<std::uint8_t, 32>;

struct Token {
    std::string name; // unique; for people
    Role role = Role::ReadOnly;
    Sha256 hash{};                 // of the token's text
    std::vector<Prefix> from = {}; // where clients may have it; empty: anywhere
    std::optional<std::chrono::sys_seconds> expires = std::nullopt; // the clock itself ends in 2262
};

/// Whether clients at `address` may have the token.
bool is_for(const Token &token, const std::string &address);

/// Whether the token is too old at `now`.
bool has_expired(const Token &token, std::chrono::system_clock::time_point now);

/// From JSON, a list of {"name", "role", "sha256", "from", "expires"}. The error names field and
/// value.
Result<std::vector<Token>> parse_tokens(std::string_view text);

/// The tokens of a file, which is read again when another one stands in its place or its time of
/// change is another.
class Tokens {
public:
    explicit Tokens(std::string path) : path_(std::move(path)) {}

    /// Reads the file, and warns if it is open to others. After an error the tokens read before
    /// hold on.
    Status load();

    /// The token of that text, expired or not; null if there is none. Looks after the file first:
    /// one that is gone has no tokens; for one that is wrong those read before hold on, and the log
    /// says so once. Valid until the next call. Takes the same time whichever token it is.
    const Token *find(std::string_view text);

private:
    /// What tells one version of a file from another.
    struct Version {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;

        bool operator==(const Version &) const = default;
    };

    static std::optional<Version> version_of(const std::string &path);
    void look_after_file();

    std::string path_;
    std::optional<Version> version_; // read last, well or not; nothing: there was no file
    std::vector<Token> tokens_;
};

} // namespace sipsteer::http

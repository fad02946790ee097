// SPDX-License-Identifier: Apache-2.0
#include "http/tokens.hpp"

#include "base/log.hpp"
#include "config/json_text.hpp"
#include "config/object.hpp"
#include "config/parse.hpp"
#include "config/rules.hpp"
#include "http/secret_file.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <sys/stat.h>

namespace sipsteer::config {

template <>
struct Choices<http::Role> {
    static constexpr const char *kName = "Role";
    static constexpr std::array kAll = {Choice<http::Role>{"metrics", http::Role::Metrics},
                                        Choice<http::Role>{"monitor", http::Role::Monitor},
                                        Choice<http::Role>{"read-only", http::Role::ReadOnly},
                                        Choice<http::Role>{"admin", http::Role::Admin}};
};

} // namespace sipsteer::config

namespace sipsteer::http {

namespace {

using config::Cursor;
using config::shown;

constexpr std::size_t kMostTokens = 1000;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? std::optional(static_cast<unsigned>(lower - 'a') + 10)
                                        : std::nullopt;
}

std::optional<Sha256> parse_hash(const std::string &text) {
    Sha256 hash{};
    if (text.size() != hash.size() * 2) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size(); i++) {
        const auto digit = hex_digit(text[i]);
        if (!digit) {
            return std::nullopt;
        }
        hash[i / 2] = static_cast<std::uint8_t>(hash[i / 2] << 4 | *digit);
    }
    return hash;
}

/// "2027-01-31T12:00:00Z": RFC 3339, in UTC, whole seconds.
std::optional<std::chrono::sys_seconds> parse_time(const std::string &text) {
    std::tm parts{};
    const char *end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    constexpr std::size_t kLength = 20; // strptime would take fewer digits and blanks
    if (end == nullptr || *end != '\0' || text.size() != kLength) {
        return std::nullopt;
    }
    const std::tm asked = parts;
    const std::time_t time = timegm(&parts);
    if (parts.tm_mday != asked.tm_mday) { // the 31st of a shorter month
        return std::nullopt;
    }
    return std::chrono::sys_seconds(std::chrono::seconds(time));
}

/// Rule: a hash in hexadecimal digits. What is wrong is not shown: it may be the token itself.
struct HexHash {
    static void read(const Cursor &at, Sha256 &out) {
        const std::string *text = at.text();
        if (text == nullptr) {
            return;
        }
        if (const auto hash = parse_hash(*text)) {
            out = *hash;
        } else {
            at.fail("not a SHA-256 hash of 64 hexadecimal digits");
        }
    }
};

/// Rule: a moment.
struct Moment {
    static void read(const Cursor &at, std::optional<std::chrono::sys_seconds> &out) {
        const std::string *text = at.text();
        if (text == nullptr) {
            return;
        }
        out = parse_time(*text);
        if (!out) {
            at.fail(shown(*text) + " is not a time; write it like \"2027-01-31T12:00:00Z\"");
        }
    }
};

/// Rule: at least one prefix.
struct Prefixes {
    static void read(const Cursor &at, std::vector<Prefix> &out) {
        if (!at.value().is_array() || at.value().empty()) {
            at.fail_type("a list of prefixes");
            return;
        }
        for (std::size_t i = 0; i < at.value().size(); i++) {
            const Cursor element = at.element(i);
            const std::string *text = element.text();
            const auto prefix = text == nullptr ? std::nullopt : Prefix::parse(*text);
            if (prefix) {
                out.push_back(*prefix);
            } else if (text != nullptr) {
                element.fail(shown(*text) + " is not a prefix; write it like \"192.0.2.0/24\"");
            }
        }
    }
};

} // namespace

/// Found by config::Object through the namespace of Token.
template <typename V>
static void describe(V &v, Token &token) {
    v.required("name", token.name, config::Name{});
    v.required("role", token.role, config::OneOf<Role>{});
    v.required("sha256", token.hash, HexHash{});
    v.optional("from", token.from, Prefixes{});
    v.optional("expires", token.expires, Moment{});
}

namespace {

void check_names(const std::vector<Token> &tokens, config::Errors &errors) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < tokens.size(); i++) {
        if (!tokens[i].name.empty() && !names.insert(tokens[i].name).second) {
            errors.add(config::element_path("", i) + ".name",
                       shown(tokens[i].name) + " is the name of another token");
        }
    }
}

/// In one line.
Error error_of(const config::Errors &errors) {
    std::string text;
    for (const auto &error : errors.all()) {
        text += (text.empty() ? "" : "; ") + error.to_string();
    }
    return Error{text};
}

} // namespace

std::string role_word(Role role) {
    return config::word(role);
}

bool is_for(const Token &token, const std::string &address) {
    const auto client = Address::parse(address);
    return token.from.empty() ||
           (client && std::any_of(token.from.begin(), token.from.end(),
                                  [&](const Prefix &prefix) { return prefix.has(*client); }));
}

bool has_expired(const Token &token, std::chrono::system_clock::time_point now) {
    return token.expires && *token.expires <= std::chrono::floor<std::chrono::seconds>(now);
}

Result<std::vector<Token>> parse_tokens(std::string_view text) {
    config::Errors errors;
    std::vector<Token> tokens;
    if (const auto document = config::parse_json(text, errors)) {
        const Cursor whole(*document, errors);
        config::ListOfObjects{0, kMostTokens}.read(whole, tokens);
        check_names(tokens, errors);
    }
    if (!errors.empty()) {
        return error_of(errors);
    }
    return tokens;
}

std::optional<Tokens::Version> Tokens::version_of(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return Version{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec};
}

Status Tokens::load() {
    version_ = version_of(path_); // before the reading: a change meanwhile is then seen later
    const auto text = config::read_file(path_);
    if (!text) {
        return text.error();
    }
    auto tokens = parse_tokens(*text);
    if (!tokens) {
        return Error{path_ + ": " + tokens.error().message};
    }
    warn_if_open(path_);
    tokens_ = std::move(*tokens);
    return Done{};
}

void Tokens::look_after_file() {
    const auto version = version_of(path_);
    if (version == version_) {
        return;
    }
    if (!version) {
        version_.reset();
        tokens_.clear();
        log::error("api_tokens_gone", {{"file", path_}, {"effect", "no token is valid"}});
    } else if (const auto loaded = load(); loaded) {
        log::info("api_tokens_read", {{"file", path_}, {"tokens", tokens_.size()}});
    } else {
        log::error("api_tokens_refused", {{"problem", loaded.error().message},
                                          {"effect", "the previous tokens stay valid"}});
    }
}

const Token *Tokens::find(std::string_view text) {
    look_after_file();
    Sha256 hash{};
    SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), hash.data());
    const Token *found = nullptr;
    for (const Token &token : tokens_) {
        if (CRYPTO_memcmp(token.hash.data(), hash.data(), hash.size()) == 0) {
            found = &token;
        }
    }
    return found;
}

} // namespace sipsteer::http

// SPDX-License-Identifier: Apache-2.0
//
// A server on TCP, and its file of tokens.
#pragma once

#include "api_client.hpp"

#include <fstream>
#include <openssl/sha.h>

namespace sipsteer::api::test {

using namespace sipsteer::http;

inline std::string sha256_hex(const std::string &text) {
    Sha256 hash{};
    SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), hash.data());
    std::string hex;
    for (const std::uint8_t byte : hash) {
        constexpr const char *kDigits = "0123456789abcdef";
        hex += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return hex;
}

inline json token(const std::string &name, const std::string &role, const std::string &text) {
    return {{"name", name}, {"role", role}, {"sha256", sha256_hex(text)}};
}

/// As an operator replaces it: the new one is there as a whole, or not at all.
inline void replace_file(const std::string &path, const std::string &text) {
    std::ofstream(path + ".new") << text;
    fs::rename(path + ".new", path);
}

inline json example_tokens() {
    json old = token("old", "admin", "o");
    old["expires"] = "2020-01-01T00:00:00Z";
    json later = token("later", "admin", "l");
    later["expires"] = "2200-01-01T00:00:00Z";
    return {token("root", "admin", "secret"), token("watch", "read-only", "look"), old, later};
}

/// A server on a port of the loopback, on a thread of its own.
class RunningTcp {
public:
    explicit RunningTcp(const TlsContext &tls = nullptr, const Limits &limits = {},
                        Router router = example_router())
        : server_(io_, std::move(router), limits), file_(folder_.file("tokens.json")) {
        replace_file(file_, example_tokens().dump());
        auto tokens = std::make_shared<Tokens>(file_);
        REQUIRE(tokens->load().ok());
        const auto port = server_.listen_tcp(*Address::parse("127.0.0.1"), 0, tls, tokens);
        REQUIRE(port.ok());
        port_ = *port;
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RunningTcp() {
        asio::post(io_, [this] { server_.stop(); });
        thread_.join();
    }
    RunningTcp(const RunningTcp &) = delete;
    RunningTcp &operator=(const RunningTcp &) = delete;

    std::uint16_t port() const { return port_; }
    const std::string &tokens_file() const { return file_; }

    HttpAnswer ask(const std::string &request) const {
        Client client(port_);
        client.send(request);
        return client.receive();
    }

private:
    Folder folder_;
    asio::io_context io_;
    Server server_;
    std::string file_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

inline std::string bearer(const std::string &text) {
    return "Authorization: Bearer " + text + "\r\n";
}

inline std::string put(const std::string &target, const std::string &fields) {
    return "PUT " + target + " HTTP/1.1\r\nHost: balancer:8080\r\nContent-Length: 2\r\n" + fields +
           "\r\n{}";
}

} // namespace sipsteer::api::test

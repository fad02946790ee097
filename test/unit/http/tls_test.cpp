// SPDX-License-Identifier: Apache-2.0
//
// The API over TLS, with a certificate made here.
#include "api_tcp.hpp"

#include "http/tls.hpp"

#include <boost/asio/ssl.hpp>
#include <cstdio>
#include <openssl/pem.h>
#include <openssl/x509.h>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;

namespace {

namespace ssl = asio::ssl;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE *)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

File open_file(const std::string &path) {
    return {std::fopen(path.c_str(), "w"), std::fclose};
}

/// A key and a certificate that it signs itself, as files.
void make_identity(const std::string &certificate_file, const std::string &key_file) {
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Certificate certificate(X509_new(), X509_free);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    REQUIRE(PEM_write_X509(open_file(certificate_file).get(), certificate.get()) == 1);
    REQUIRE(PEM_write_PrivateKey(open_file(key_file).get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1);
}

TlsContext server_context() {
    const Folder folder;
    make_identity(folder.file("certificate.pem"), folder.file("key.pem"));
    const auto context = make_tls_context(folder.file("certificate.pem"), folder.file("key.pem"));
    REQUIRE(context.ok());
    return *context;
}

class TlsClient {
public:
    TlsClient(std::uint16_t port, int version) : stream_(io_, context_) {
        SSL_set_security_level(stream_.native_handle(), 0); // or else it would not try TLS 1.1
        SSL_set_min_proto_version(stream_.native_handle(), version);
        SSL_set_max_proto_version(stream_.native_handle(), version);
        stream_.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(ssl::stream_base::client, failed_);
    }

    const error_code &failed() const { return failed_; }

    HttpAnswer ask(const std::string &request) {
        asio::write(stream_, asio::buffer(request));
        beast_http::response_parser<beast_http::string_body> parser;
        parser.body_limit(boost::none);
        beast_http::read(stream_, buffer_, parser);
        return parser.release();
    }

    /// How the server ends the connection: with a close_notify, asio::error::eof.
    error_code end() {
        char byte = 0;
        error_code failed;
        stream_.read_some(asio::buffer(&byte, 1), failed);
        return failed;
    }

private:
    asio::io_context io_;
    ssl::context context_{ssl::context::tls_client};
    ssl::stream<asio::ip::tcp::socket> stream_;
    boost::beast::flat_buffer buffer_;
    error_code failed_;
};

} // namespace

TEST_CASE("requests and answers over TLS 1.2 and 1.3") {
    const RunningTcp server(server_context());
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    TlsClient client(server.port(), version);
    REQUIRE_FALSE(client.failed());
    CHECK(client.ask(get("/v1/status")).result_int() == 401);
    CHECK(client.ask(get("/v1/status", bearer("secret"))).result_int() == 200);
    CHECK(client.ask(get("/large", bearer("secret"))).body().size() == kLargeAnswer + 3);
    CHECK(client.ask(put("/echo", bearer("secret") + "Connection: close\r\n")).result_int() == 200);
    CHECK(client.end() == asio::error::eof);
}

TEST_CASE("TLS 1.1 is refused") {
    const RunningTcp server(server_context());
    CHECK(TlsClient(server.port(), TLS1_1_VERSION).failed());
    CHECK_FALSE(TlsClient(server.port(), TLS1_2_VERSION).failed());
}

TEST_CASE("plain text on the port of TLS gets no answer") {
    const RunningTcp server(server_context());
    Client client(server.port());
    client.send(get("/v1/status", bearer("secret")));
    CHECK_THROWS(client.receive());
    CHECK_FALSE(TlsClient(server.port(), TLS1_3_VERSION).failed());
}

TEST_CASE("a handshake that does not come on is ended, and counts as a connection") {
    Limits limits;
    limits.first_timeout = 300ms;
    limits.connections_from_one_source = 1;
    const RunningTcp server(server_context(), limits);
    Client silent(server.port());
    CHECK(silent.closed());
    Client slow(server.port());
    slow.send(std::string("\x16\x03\x01\x02", 4)); // a record's beginning
    CHECK(TlsClient(server.port(), TLS1_3_VERSION).failed());
    CHECK(slow.closed());
    CHECK(wait_for([&] { return !TlsClient(server.port(), TLS1_3_VERSION).failed(); }));
}

TEST_CASE("a slow request over TLS is told so") {
    Limits limits;
    limits.timeout = 300ms;
    const RunningTcp server(server_context(), limits);
    TlsClient client(server.port(), TLS1_3_VERSION);
    CHECK(client.ask("GET /v1/status HTTP/1.1\r\nHos").result_int() == 408);
}

TEST_CASE("a certificate and a key that are no pair are refused") {
    const Folder folder;
    const std::string certificate = folder.file("certificate.pem");
    make_identity(certificate, folder.file("key.pem"));
    make_identity(folder.file("other.pem"), folder.file("other_key.pem"));
    CHECK(make_tls_context(certificate, folder.file("other_key.pem"))
              .error()
              .message.starts_with("key: " + folder.file("other_key.pem")));
    CHECK(make_tls_context(certificate, certificate).error().message.starts_with("key: "));
    const std::string none = folder.file("none.pem");
    CHECK(make_tls_context(none, folder.file("key.pem"))
              .error()
              .message.starts_with("certificate: " + none));
}

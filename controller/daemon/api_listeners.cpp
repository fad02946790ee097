// SPDX-License-Identifier: Apache-2.0
#include "daemon/api_listeners.hpp"

#include "base/log.hpp"
#include "config/api_rules.hpp"
#include "config/cursor.hpp"
#include "http/secret_file.hpp"
#include "http/tls.hpp"

namespace sipsteer::daemon {

namespace {

Result<http::TlsContext> tls_of(const config::Listen &listen) {
    if (!listen.tls) {
        return http::TlsContext();
    }
    http::warn_if_open(listen.tls->key);
    return http::make_tls_context(listen.tls->certificate, listen.tls->key);
}

/// `field` is the listener's, for errors.
Status listen_on(http::Server &server, const config::Listen &listen, const std::string &field,
                 const std::shared_ptr<http::Tokens> &tokens) {
    const auto tls = tls_of(listen);
    if (!tls) {
        return Error{field + ".tls." + tls.error().message};
    }
    const std::string where = config::AddressAndPort::to_text(listen.address);
    const auto port = server.listen_tcp(listen.address.address, listen.address.port, *tls, tokens);
    if (!port) {
        return Error{field + ".address: " + where + ": " + port.error().message};
    }
    log::info("api_listens", {{"address", where}, {"tls", listen.tls.has_value()}});
    if (listen.insecure) {
        log::warn("api_insecure",
                  {{"address", where},
                   {"effect", "anyone on the network path can read tokens and answers"}});
    }
    return Done{};
}

} // namespace

Status listen_for_api(http::Server &server, const config::Api &config) {
    if (auto done =
            server.listen(config.socket, config.socket_mode, config.socket_group.value_or(""));
        !done || config.listen.empty()) {
        return done;
    }
    const auto tokens = std::make_shared<http::Tokens>(*config.tokens_file);
    if (auto loaded = tokens->load(); !loaded) {
        return Error{"api.tokens_file: " + loaded.error().message};
    }
    for (std::size_t i = 0; i < config.listen.size(); i++) {
        const std::string field = config::element_path("api.listen", i);
        if (auto done = listen_on(server, config.listen[i], field, tokens); !done) {
            return done;
        }
    }
    return Done{};
}

void renew_certificates(http::Server &server, const config::Api &config) {
    for (std::size_t i = 0; i < config.listen.size(); i++) {
        if (!config.listen[i].tls) {
            continue;
        }
        const std::string where = config::AddressAndPort::to_text(config.listen[i].address);
        const auto tls = tls_of(config.listen[i]);
        if (!tls) {
            log::error("api_certificate_refused",
                       {{"address", where},
                        {"problem", tls.error().message},
                        {"effect", "the previous certificate and key stay in use"}});
            continue;
        }
        server.renew_tls(i, *tls);
        log::info("api_certificate_read",
                  {{"address", where}, {"certificate", config.listen[i].tls->certificate}});
    }
}

} // namespace sipsteer::daemon

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endpoint.hpp"
#include "cli/foreign/imported.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::foreign {

inline constexpr std::uint16_t kSipPort = 5060;

/// A configuration in the making. What the daemon would refuse does not get in: it is left out,
/// with a remark about its line.
class Draft {
public:
    void left_out(unsigned line, const std::string &text) { remark(line, true, text); }
    void note(unsigned line, const std::string &text) { remark(line, false, text); }

    /// The name that the next pool gets, unless it has one of its own.
    std::string next_pool_name() const;

    /// Gives the pool's index.
    std::size_t add_pool(const std::string &name);
    config::Pool &pool(std::size_t index) { return config_.pools[index]; }

    /// False, and a remark, if there is such a service or the address cannot be one's.
    bool add_service(unsigned line, const Endpoint &vip, const std::string &pool);

    /// The same of a server. One without a name gets one.
    bool add_server(unsigned line, std::size_t pool, config::Server server);

    /// The interface that the file itself names.
    void propose_interface(const std::string &name) { proposed_ = name; }

    Imported finish(const Wanted &wanted);

private:
    void remark(unsigned line, bool left_out, const std::string &text);
    bool is_usable(unsigned line, const Address &address);
    void remove_vips_from_servers();

    config::Config config_;
    std::vector<std::vector<unsigned>> server_lines_; // by pool and server
    std::vector<Remark> remarks_;
    std::string proposed_;
};

/// A number of the file, of `least` to `most`.
std::optional<std::uint32_t> number_of(std::string_view text, std::uint32_t least,
                                       std::uint32_t most);

/// "198.51.100.7", "198.51.100.7:5060", "[2001:db8::7]:5060", "198.51.100.7:sip"; `port` where none
/// is there, 0: then it is wanted. Nothing for any other text.
std::optional<Endpoint> endpoint_of(std::string_view text, std::uint16_t port);

/// Whether the configuration takes this as a name, or as a SIP URI.
bool is_name(const std::string &text);
bool is_sip_uri(const std::string &text);

/// A weight of IPVS or of the dispatcher; one that is too large becomes the largest, with a remark.
std::uint16_t weight_of(Draft &draft, unsigned line, const std::string &text);

} // namespace sipsteer::foreign

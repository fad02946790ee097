// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/health.hpp"
#include "base/server_id.hpp"
#include "config/model.hpp"
#include "health/dsr_client.hpp"
#include "health/own_trouble.hpp"
#include "health/results.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::health {

class Client;
class Runner;
struct Place;

/// A server to probe.
struct Target {
    ServerId id;
    Address address;
    std::uint16_t port = 5060;  // host byte order
    config::Probe settings;     // ProbeType::None: not probed at all
    std::vector<Endpoint> vips; // of the services; for the DSR path
    Address hop; // whose MAC frames for the server go to; unspecified: the server's own
    Health initial = Health::Unknown; // only when it is probed for the first time
};

/// Probes servers for as long as they are targets. Targets at the same address and port, or at the
/// same address and VIP, with the same settings share one probe. Lives on the thread of `io`.
class Prober {
public:
    /// `on_change` is called once for the changes of servers' health in one turn of the loop, in a
    /// turn of its own. It may call update(). `find_next_hop` is needed for the DSR path alone.
    Prober(boost::asio::io_context &io, std::function<void()> on_change,
           FindNextHop find_next_hop = {});
    ~Prober();
    Prober(const Prober &) = delete;
    Prober &operator=(const Prober &) = delete;

    /// Replaces the targets, whose ids differ. A server that was one already keeps its health, its
    /// counts and its place in time; new settings take effect at once. With another address or port
    /// it is another server.
    void update(const std::vector<Target> &targets);

    /// What is known of the servers' next hops. A server whose neighbour entry has failed since the
    /// last call is down at once; it comes up again by its probes. While this host itself cannot
    /// reach a server, and for a moment after that, its probes that fail are not counted. A server
    /// that is this host is probed at its own address, whatever the path: no frame with the VIP
    /// goes there.
    void note_neighbours(const std::map<Address, NextHop> &next_hops);

    /// By server; nothing for one that is not probed.
    std::map<ServerId, TargetResult> results() const;
    std::map<ServerId, Health> health() const;

    /// As results(), of those servers alone whose health has changed since the last call.
    std::map<ServerId, TargetResult> take_changes();

private:
    using Runners = std::vector<std::shared_ptr<Runner>>;

    /// A target and the probes it has a share in.
    struct Server {
        Runners runners;
        Health health = Health::Unknown;
        std::string reason;
        std::chrono::system_clock::time_point changed;
    };

    void probe_targets();
    bool is_local(const Target &target) const;
    void note_local(const std::map<Address, NextHop> &next_hops);
    void keep(const config::Probe &settings, const Place &place, std::map<Place, Runners> &next);
    std::shared_ptr<Runner> runner_for(const Target &target, const Place &place,
                                       std::map<Place, Runners> &next);
    Health health_at(const ServerId &id, const Place &place, Health otherwise) const;
    std::shared_ptr<Client> make_client(const Place &place, const config::Probe &settings);
    void on_runner_change(const Runner &runner);
    void tell_changes();
    void take_down(const Address &address);
    void index_runners();
    static TargetResult result_of(const Server &server);
    static bool look_at(Server &server, bool is_new);
    static std::vector<PathResult> path_results(const Server &server);

    boost::asio::io_context &io_;
    std::function<void()> on_change_;
    FindNextHop find_next_hop_;
    std::shared_ptr<DsrWire> wire_; // the probes on their way keep it, too
    std::vector<Target> targets_;
    std::set<Address> local_; // next hops that are addresses of this host, as last noted
    std::map<Place, Runners> runners_;
    std::map<ServerId, Server> servers_;
    /// Who has a share in a probe, and the probes behind a next hop: a farm that fails as a whole
    /// asks for each of them.
    std::map<const Runner *, std::vector<ServerId>> users_;
    std::multimap<Address, std::shared_ptr<Runner>> behind_;
    std::set<ServerId> changed_;     // since the last take_changes()
    bool telling_ = false;           // on_change_ is about to be called
    std::map<Address, bool> failed_; // neighbour entries, as last noted
    std::shared_ptr<OwnTrouble> own_trouble_ = std::make_shared<OwnTrouble>();
    std::shared_ptr<Prober *> self_ = std::make_shared<Prober *>(this); // for what is posted
};

} // namespace sipsteer::health

// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/vip_answers.hpp"

#include "health/dsr_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace sipsteer::doctor {

namespace {

using std::chrono::milliseconds;

/// Any final answer shows that the server has the VIP. Long enough for one that is sent again.
config::Probe settings_of(const config::Probe &probe) {
    config::Probe settings;
    settings.timeout = std::clamp(probe.timeout, milliseconds(900), milliseconds(3000));
    settings.accept = {{200, 699}};
    settings.from = probe.from;
    settings.to = probe.to;
    settings.request_uri = probe.request_uri;
    settings.user_agent = probe.user_agent;
    return settings;
}

std::set<Endpoint> vips_of(const config::Config &config, const std::string &pool) {
    std::set<Endpoint> vips;
    for (const auto &service : config.services) {
        const auto &methods = service.method_pools;
        if (service.pool == pool ||
            std::any_of(methods.begin(), methods.end(),
                        [&](const auto &method) { return method.pool == pool; })) {
            vips.insert({service.address, service.port});
        }
    }
    return vips;
}

/// Why it cannot be asked; empty if it can.
std::string why_not_asked(const ServerPlace &place) {
    if (place.interface.empty() || !place.segment.problem.empty()) {
        return "not asked: it is not on a segment (see next-hop)";
    }
    if (!place.macs) {
        return place.macs.error().message;
    }
    return place.macs->empty() ? "not asked: no host answers for its address (see neighbour)" : "";
}

void rethrow(const std::exception_ptr &failed) {
    if (failed) {
        std::rethrow_exception(failed);
    }
}

/// One question that is on its way.
struct Asked {
    std::unique_ptr<health::DsrClient> client;
    VipAnswer answer;
};

class Asking {
public:
    void add(const ServerPlace &place, const config::Probe &probe, const Address &server,
             VipAnswer answer) {
        NextHop hop = place.segment;
        hop.resolved = true;
        hop.mac = *place.macs->begin();
        auto asked = std::make_unique<Asked>();
        asked->client = std::make_unique<health::DsrClient>(
            io_, wire_, server, place.hop, answer.vip, [hop](const Address &) { return hop; });
        asked->answer = std::move(answer);
        left_++;
        boost::asio::co_spawn(io_, ask(*asked, settings_of(probe)), rethrow);
        asked_.push_back(std::move(asked));
    }

    /// Until all have been answered, or their time is over.
    std::vector<VipAnswer> run() {
        if (left_ > 0) {
            io_.run();
        }
        std::vector<VipAnswer> answers;
        for (auto &asked : asked_) {
            asked->answer.wrong_source = asked->client->counters().wrong_source > 0;
            answers.push_back(std::move(asked->answer));
        }
        return answers;
    }

private:
    boost::asio::awaitable<void> ask(Asked &asked, config::Probe settings) {
        asked.answer.outcome = co_await asked.client->probe(std::move(settings));
        if (--left_ == 0) {
            io_.stop(); // the wire waits for answers for ever
        }
    }

    boost::asio::io_context io_;
    std::shared_ptr<health::DsrWire> wire_ = std::make_shared<health::DsrWire>(io_);
    std::vector<std::unique_ptr<Asked>> asked_;
    std::size_t left_ = 0;
};

const ServerPlace *find_place(const std::vector<ServerPlace> &places, const std::string &id) {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [&](const auto &place) { return place.id() == id; });
    return found == places.end() ? nullptr : &*found;
}

} // namespace

std::vector<VipAnswer> ask_vips(const config::Config &config,
                                const std::vector<ServerPlace> &places) {
    Asking asking;
    std::vector<VipAnswer> answers; // of those that are not asked
    for (const auto &pool : config.pools) {
        for (const auto &server : pool.servers) {
            const auto *place = find_place(places, pool.name + '/' + server.name);
            if (server.admin == config::Admin::Disabled || place == nullptr ||
                place->segment.local || place->routed) { // no frame with the VIP goes there
                continue;
            }
            for (const auto &vip : vips_of(config, pool.name)) {
                VipAnswer answer{place->id(), vip, pool.probe.type != config::ProbeType::None,
                                 not_looked_at(), false};
                if (const auto why = why_not_asked(*place); !why.empty()) {
                    answer.outcome = Error{why};
                    answers.push_back(std::move(answer));
                } else {
                    asking.add(*place, pool.probe, server.address, std::move(answer));
                }
            }
        }
    }
    auto asked = asking.run();
    std::move(asked.begin(), asked.end(), std::back_inserter(answers));
    return answers;
}

} // namespace sipsteer::doctor

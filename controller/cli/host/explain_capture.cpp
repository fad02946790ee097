// SPDX-License-Identifier: Apache-2.0
//
// sipsteer explain --pcap: what the data plane reads in the datagrams of a capture.
#include "cli/explain_way.hpp"
#include "cli/offline.hpp"
#include "cli/words.hpp"
#include "sip/message.hpp"
#include "traffic/capture/capture.hpp"

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

namespace sipsteer::cli {

namespace {

using capture::CapturedDatagram;
using nlohmann::json;
using packets::Datagram;
using packets::Part;

class CaptureExplainer {
public:
    CaptureExplainer(const Context &context, const ExplainOptions &options, KnownSecret secret)
        : context_(context), options_(options), secret_(secret) {}

    /// Gives the exit code.
    int run();

private:
    int learn_services();
    int add_way_captured(json &description, const Datagram &datagram) const;
    int explain_captured(const CapturedDatagram &captured) const;

    const Context &context_;
    const ExplainOptions &options_;
    KnownSecret secret_;
    std::map<std::string, std::string> services_; // names by ADDRESS:PORT
};

json captured_json(const CapturedDatagram &captured, const KnownSecret &secret) {
    const Datagram &datagram = captured.datagram;
    const bool later = datagram.part == Part::LaterFragment;
    const bool whole = datagram.part == Part::Whole && !datagram.cut;
    json description = later ? json{{"kind", "fragment"}, {"bytes", datagram.payload.size()}}
                             : describe({datagram.payload, whole, datagram.source}, secret);
    description["frame"] = captured.frame;
    description["time_unix_seconds"] = captured.time;
    description["source"] = with_port(datagram.source, datagram.source_port);
    description["destination"] = with_port(datagram.destination, datagram.destination_port);
    description["part"] = packets::part_name(datagram.part);
    description["cut"] = datagram.cut;
    if (datagram.part != Part::Whole) {
        description["fragment_id"] = datagram.fragment_id;
        description["fragment_offset"] = datagram.fragment_offset;
    }
    return description;
}

/// Which service a datagram of a capture was sent to is seen by its destination.
int CaptureExplainer::learn_services() {
    const auto status = ask(context_, {"GET", "/v1/status"});
    if (!status.ok()) {
        return status.exit_code;
    }
    for (const auto &service : status.body.at("services")) {
        const auto address = Address::parse(service.at("address").get<std::string>());
        if (address) {
            services_[with_port(*address, service.at("port").get<std::uint16_t>())] =
                service.at("name").get<std::string>();
        }
    }
    return kExitOk;
}

/// If there is one service only, or it was named, it is that: the capture may be from where the
/// service has another address. Else the one that the datagram is addressed to, or null.
int CaptureExplainer::add_way_captured(json &description, const Datagram &datagram) const {
    std::string service = options_.service;
    if (service.empty() && services_.size() > 1) {
        const auto to = services_.find(with_port(datagram.destination, datagram.destination_port));
        if (to == services_.end()) {
            description["way"] = nullptr;
            return kExitOk;
        }
        service = to->second;
    }
    return add_way(context_, options_, description,
                   {datagram.payload, datagram.source.to_string(), service});
}

/// Whether what there is of a datagram is what it is steered by.
bool has_way(const Datagram &datagram) {
    return !datagram.cut && (datagram.part == Part::Whole ||
                             (datagram.part == Part::FirstFragment &&
                              !sip::read_first_fragment(datagram.payload).call_id.empty()));
}

int CaptureExplainer::explain_captured(const CapturedDatagram &captured) const {
    const Datagram &datagram = captured.datagram;
    json description = captured_json(captured, secret_);
    if (has_way(datagram)) {
        const int failed = add_way_captured(description, datagram);
        if (failed != kExitOk) {
            return failed;
        }
    }
    if (context_.json()) {
        print_json(description, true);
        return kExitOk;
    }
    std::cout << in_one_line(description) << '\n';
    if (const auto way = description.find("way"); way != description.end()) {
        std::cout << (way->is_null() ? "no service has this destination\n" : way_in_words(*way));
    }
    return kExitOk;
}

int CaptureExplainer::run() {
    int failed = options_.offline ? kExitOk : learn_services();
    if (failed != kExitOk) {
        return failed;
    }
    const auto wanted = [this](const Datagram &datagram) { // later fragments have no ports
        return datagram.part == Part::LaterFragment || datagram.source_port == options_.port ||
               datagram.destination_port == options_.port;
    };
    const auto read = capture::read_file(options_.pcap, wanted, [&](const auto &captured) {
        failed = explain_captured(captured);
        return failed == kExitOk;
    });
    if (failed != kExitOk) {
        return failed;
    }
    if (!read) {
        return fail(kExitUsage, read.error().message);
    }
    if (read->datagrams == 0) {
        return fail(kExitFailed, options_.pcap + ": no UDP datagram from or to port " +
                                     std::to_string(options_.port) + " in " +
                                     std::to_string(read->frames) + " frames");
    }
    return kExitOk;
}

} // namespace

int explain_capture(const Context &context, const ExplainOptions &options) {
    const auto secret = secret_of(options);
    return secret ? CaptureExplainer(context, options, *secret).run()
                  : fail(kExitUsage, secret.error().message);
}

} // namespace sipsteer::cli

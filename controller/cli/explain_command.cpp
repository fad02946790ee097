// SPDX-License-Identifier: Apache-2.0
//
// sipsteer explain: where a call goes, or what the data plane reads in a datagram.
#include "cli/calls_commands.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/input_file.hpp"
#include "cli/offline.hpp"
#include "cli/words.hpp"
#include "config/choices.hpp"
#include "config/model.hpp"
#include "sip/message.hpp"
#include "traffic/capture/capture.hpp"

#include <iostream>
#include <map>

namespace sipsteer::cli {

namespace {

using capture::CapturedDatagram;
using nlohmann::json;
using packets::Datagram;
using packets::Part;

struct ExplainOptions {
    CallWanted call;      // its source also of a datagram
    std::string datagram; // file
    std::string pcap;     // file
    std::string secret;   // file
    std::string service;
    std::uint16_t port = 5060;
    bool offline = false;
};

/// A datagram's description, and the daemon's answer as "way" unless it is not to be asked.
class Explainer {
public:
    Explainer(const Context &context, const ExplainOptions &options, KnownSecret secret)
        : context_(context), options_(options), secret_(secret) {}

    int call();
    int datagram();
    int capture();

private:
    int learn_services();
    int add_way(json &description, std::string_view payload, const std::string &source,
                const std::string &service) const;
    int add_way_captured(json &description, const Datagram &datagram) const;
    int explain_captured(const CapturedDatagram &captured) const;

    const Context &context_;
    const ExplainOptions &options_;
    KnownSecret secret_;
    std::map<std::string, std::string> services_; // names by ADDRESS:PORT
};

int Explainer::call() {
    const auto answer = ask(context_, {"GET", call_target(options_.call)});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context_.json()) {
        print_json(answer.body);
    } else {
        std::cout << way_in_words(answer.body);
    }
    return kExitOk;
}

/// By what a pool knows a call with this datagram: its own "by", where the datagram has that.
std::string key_of(const json &description, const std::string &by) {
    if (description["call_id"].is_null()) {
        return "source";
    }
    const std::string call_id = config::word(config::Key::CallId);
    const bool by_user = by == config::word(config::Key::AddressOfRecord);
    if (by_user && (description["class"] != "REGISTER" || description["to_user"].is_null())) {
        return call_id; // the user counts for registrations, and for where a new call goes
    }
    return !by_user && description["via_sent_by"].is_null() ? call_id : by;
}

/// The key that the daemon goes by, if its answer has one: as in its events, traces and calls.
void take_key(json &description) {
    const json::json_pointer place("/pool/key");
    const json &way = description["way"];
    if (!way.is_object() || !way.contains(place)) {
        return;
    }
    const json &key = way.at(place);
    if (key.is_object() && key.value("hash", json()).is_string()) {
        description["key_of"] = key_of(description, key.value("by", ""));
        description["key"] = key["hash"];
        description["key_secret"] = "daemon";
    }
}

int Explainer::add_way(json &description, std::string_view payload, const std::string &source,
                       const std::string &service) const {
    if (options_.offline) {
        return kExitOk;
    }
    auto answer =
        ask(context_, {"POST", "/v1/explain" + query({{"service", service}, {"source", source}}),
                       std::string(payload), "application/octet-stream"});
    description["way"] = std::move(answer.body);
    take_key(description);
    return answer.exit_code;
}

int Explainer::datagram() {
    const auto bytes = read_input(options_.datagram);
    if (!bytes) {
        return fail(kExitUsage, bytes.error().message);
    }
    const auto source = Address::parse(options_.call.source);
    json description =
        describe({*bytes, true, source ? std::optional(*source) : std::nullopt}, secret_);
    if (const int failed = add_way(description, *bytes, options_.call.source, options_.service);
        failed != kExitOk) {
        return failed;
    }
    if (context_.json()) {
        print_json(description);
        return kExitOk;
    }
    std::cout << in_words(description);
    if (description.contains("way")) {
        std::cout << way_in_words(description["way"]);
    }
    return kExitOk;
}

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
int Explainer::learn_services() {
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
int Explainer::add_way_captured(json &description, const Datagram &datagram) const {
    std::string service = options_.service;
    if (service.empty() && services_.size() > 1) {
        const auto to = services_.find(with_port(datagram.destination, datagram.destination_port));
        if (to == services_.end()) {
            description["way"] = nullptr;
            return kExitOk;
        }
        service = to->second;
    }
    return add_way(description, datagram.payload, datagram.source.to_string(), service);
}

/// Whether what there is of a datagram is what it is steered by.
bool has_way(const Datagram &datagram) {
    return !datagram.cut && (datagram.part == Part::Whole ||
                             (datagram.part == Part::FirstFragment &&
                              !sip::read_first_fragment(datagram.payload).call_id.empty()));
}

int Explainer::explain_captured(const CapturedDatagram &captured) const {
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

int Explainer::capture() {
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

int explain(const Context &context, const ExplainOptions &options) {
    const bool several =
        !options.datagram.empty() + !options.pcap.empty() + !options.call.call_id.empty() != 1;
    if (several) {
        return fail(kExitUsage, "explain: give exactly one of CALL-ID, --datagram and --pcap");
    }
    if (options.offline && !options.call.call_id.empty()) {
        return fail(kExitUsage, "explain: only the daemon knows where a call is; use --offline "
                                "with --datagram or --pcap");
    }
    if (options.call.call_id.empty() && !(options.call.to_user + options.call.via).empty()) {
        return fail(kExitUsage,
                    "explain: use --to-user and --via with CALL-ID; a datagram has its own values");
    }
    const std::string &source = options.call.source;
    if (!source.empty() && !Address::parse(source)) {
        return fail(kExitUsage, "--source: \"" + source + "\" is not an address");
    }
    const auto secret = options.secret.empty()
                            ? Result<KnownSecret>(find_secret(config::Config{}.state_dir))
                            : read_secret(options.secret);
    if (!secret) {
        return fail(kExitUsage, "--secret: " + secret.error().message);
    }
    Explainer explainer(context, options, *secret);
    if (!options.call.call_id.empty()) {
        return explainer.call();
    }
    return options.pcap.empty() ? explainer.datagram() : explainer.capture();
}

} // namespace

void add_explain(CLI::App &app, Todo &todo) {
    auto options = std::make_shared<ExplainOptions>();
    auto *command = app.add_subcommand(
        "explain", "Say where a call goes and why, or what a datagram or a capture contains");
    command->add_option("call_id", options->call.call_id, "Explain this call")
        ->type_name("CALL-ID");
    command
        ->add_option("--datagram", options->datagram,
                     "Explain the UDP payload in this file; - means the standard input")
        ->type_name("FILE");
    command
        ->add_option("--pcap", options->pcap,
                     "Explain each datagram in this capture, pcap or pcapng")
        ->type_name("FILE");
    command
        ->add_option("--port", options->port, "With --pcap: select datagrams from or to this port")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    command->add_flag("--offline", options->offline, "Read the datagram without the daemon");
    command
        ->add_option("--secret", options->secret,
                     "Hash with the 16 bytes in this file if the daemon gives no key (default: the "
                     "daemon's secret if readable, else zeros)")
        ->type_name("FILE");
    command->add_option("--source", options->call.source, "Address of the client")
        ->type_name("ADDRESS");
    command->add_option("--pool", options->call.pool, "With CALL-ID: look only in this pool")
        ->type_name("POOL");
    command->add_option("--to-user", options->call.to_user, "With CALL-ID: user in To")
        ->type_name("USER");
    command->add_option("--via", options->call.via, "With CALL-ID: sent-by of the topmost Via")
        ->type_name("HOST");
    command
        ->add_option("--service", options->service,
                     "Service that received the datagram, if there are several (default with "
                     "--pcap: the destination decides)")
        ->type_name("SERVICE");
    command->callback([options, &todo] {
        todo.run = [options, &todo] { return explain(todo.context, *options); };
    });
}

} // namespace sipsteer::cli

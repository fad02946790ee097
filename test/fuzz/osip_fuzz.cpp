// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the Call-ID finder that runs in XDP against libosip2's parser, wherever that accepts the
// message as SIP. Both must find a Call-ID or neither, and the same one. Where they may differ is
// listed in osip_differences.hpp.
//
// libFuzzer entry point. The finder is instrumented, libosip2 is the installed library. There is
// no address sanitizer here: libosip2's memory errors and leaks are not ours to find, and the
// finder's are what callid_fuzz looks for.
#include "osip_differences.hpp"
#include "sip/finder.h"

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

using namespace sipsteer::test;

namespace {

/// What became of the inputs: printed at the end, since a fuzzer whose inputs are all refused
/// passes, too.
struct Figures {
    unsigned long inputs, refused, different, without, same;
} figures;

void print_figures() {
    std::printf("osip: of %lu inputs %lu refused, %lu of a kind it reads otherwise, "
                "%lu without a Call-ID\nosip: compared: %lu\n",
                figures.inputs, figures.refused, figures.different, figures.without, figures.same);
}

struct MessageFree {
    void operator()(osip_message_t *message) const { osip_message_free(message); }
};

std::string as_string(const char *text) {
    return text == nullptr ? std::string() : text;
}

/// libosip2's reading of a message; nothing if it refuses it.
struct OsipReading {
    bool has_call_id;
    CallIdWords call_id;
};

std::optional<OsipReading> read_with_osip(std::string_view message) {
    osip_message_t *raw = nullptr;
    if (osip_message_init(&raw) != 0) {
        std::abort();
    }
    const std::unique_ptr<osip_message_t, MessageFree> parsed(raw);
    if (osip_message_parse(raw, message.data(), message.size()) != 0) {
        return std::nullopt;
    }
    const osip_call_id_t *call_id = osip_message_get_call_id(raw);
    if (call_id == nullptr) {
        return OsipReading{false, {}};
    }
    return OsipReading{
        true, {as_string(call_id->number), as_string(call_id->host), call_id->host != nullptr}};
}

[[noreturn]] void disagree(std::string_view ours, const OsipReading &osip) {
    std::fprintf(stderr, "the finder has \"%.*s\", libosip2 %s \"%s\"%s\"%s\"\n",
                 static_cast<int>(ours.size()), ours.data(),
                 osip.has_call_id ? "has" : "nothing:", osip.call_id.number.c_str(),
                 osip.call_id.has_host ? " @ " : "", osip.call_id.host.c_str());
    std::abort();
}

void no_trace(const char * /*file*/, int /*line*/, osip_trace_level_t /*level*/,
              const char * /*format*/, va_list /*arguments*/) {}

} // namespace

extern "C" int LLVMFuzzerInitialize(int * /*argc*/, char *** /*argv*/) {
    osip_trace_initialize_func(TRACE_LEVEL0, no_trace); // or it says what it refuses, and why
    if (parser_init() != 0) {
        return 1;
    }
    return std::atexit(print_figures);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view message(reinterpret_cast<const char *>(data), size);
    figures.inputs++;
    const auto osip = read_with_osip(message);
    if (!osip) {
        figures.refused++;
        return 0;
    }
    if (osip_reads_otherwise(message)) {
        figures.different++;
        return 0;
    }
    const auto span = finder_call_id({data, size, size});
    const auto ours = message.substr(span.offset, span.length);
    if (osip->has_call_id == ours.empty()) {
        disagree(ours, *osip);
    }
    if (ours.empty()) {
        figures.without++;
        return 0;
    }
    if (!same_call_id(message, {span.offset, span.length}, osip->call_id)) {
        disagree(ours, *osip);
    }
    figures.same++;
    return 0;
}

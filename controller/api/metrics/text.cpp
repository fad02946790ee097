// SPDX-License-Identifier: Apache-2.0
#include "api/metrics/text.hpp"

#include "api/metrics/parts.hpp"

#include <prometheus/text_serializer.h>

#include <string_view>

namespace sipsteer::metrics {

namespace {

/// A family as prometheus-cpp writes it. That library has no OpenMetrics, which for families like
/// ours differs in one thing: a counter's name has its "_total" in the samples only, not where HELP
/// and TYPE name the family (OpenMetrics 1.0.0, "Counter").
std::string open_metrics_of(const prometheus::MetricFamily &family) {
    constexpr std::string_view total = "_total";
    auto text = prometheus::TextSerializer().Serialize({family});
    if (family.type != prometheus::MetricType::Counter) {
        return text;
    }
    for (const auto *keyword : {"# HELP ", "# TYPE "}) {
        const auto line = keyword + family.name;
        if (const auto at = text.find(line); at != std::string::npos) {
            text.erase(at + line.size() - total.size(), total.size());
        }
    }
    return text;
}

std::string to_open_metrics(const std::vector<prometheus::MetricFamily> &families) {
    std::string text;
    for (const auto &family : families) {
        text += open_metrics_of(family);
    }
    return text + "# EOF\n";
}

} // namespace

const char *content_type(Format format) {
    return format == Format::OpenMetrics
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

std::string to_text(const State &state, Format format) {
    Families families;
    add_cluster(state, families);
    add_process(state, families);
    add_traffic(state, families);
    add_calls(state, families);
    add_farm(state, families);
    return format == Format::OpenMetrics ? to_open_metrics(families.all())
                                         : prometheus::TextSerializer().Serialize(families.all());
}

} // namespace sipsteer::metrics

// SPDX-License-Identifier: Apache-2.0
#include "api/metrics/families.hpp"

#include <limits>

namespace sipsteer::metrics {

namespace {

constexpr double kMicroseconds = 1e6; // in a second: divided by it, 100,000 are 0.1

prometheus::ClientMetric::Histogram to_histogram(const Latency &latency) {
    prometheus::ClientMetric::Histogram histogram;
    for (std::size_t i = 0; i < latency.buckets().size(); ++i) {
        histogram.sample_count += latency.buckets()[i];
        const double bound = i < Latency::kBounds.size()
                                 ? static_cast<double>(Latency::kBounds[i]) / kMicroseconds
                                 : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({histogram.sample_count, bound});
    }
    histogram.sample_sum = static_cast<double>(latency.sum().count()) / kMicroseconds;
    return histogram;
}

} // namespace

prometheus::ClientMetric &Family::metric(const Labels &labels) {
    auto &metric = family_.metric.emplace_back();
    for (const auto &[name, value] : labels) {
        metric.label.push_back({name, value});
    }
    return metric;
}

Family &Family::add(const Labels &labels, double value) {
    auto &added = metric(labels);
    if (family_.type == prometheus::MetricType::Counter) {
        added.counter.value = value;
    } else {
        added.gauge.value = value;
    }
    return *this;
}

Family &Family::add(const Labels &labels, std::uint64_t value) {
    return add(labels, static_cast<double>(value));
}

Family &Family::add(const Labels &labels, bool value) {
    return add(labels, value ? 1.0 : 0.0);
}

Family &Family::add(const Labels &labels, const Latency &latency) {
    metric(labels).histogram = to_histogram(latency);
    return *this;
}

Family Families::counter(const std::string &name, const std::string &help) {
    return begin("sipsteer_" + name, help, prometheus::MetricType::Counter);
}

Family Families::gauge(const std::string &name, const std::string &help) {
    return begin("sipsteer_" + name, help, prometheus::MetricType::Gauge);
}

Family Families::histogram(const std::string &name, const std::string &help) {
    return begin("sipsteer_" + name, help, prometheus::MetricType::Histogram);
}

Family Families::standard_gauge(const std::string &name, const std::string &help) {
    return begin(name, help, prometheus::MetricType::Gauge);
}

Family Families::begin(std::string name, const std::string &help, prometheus::MetricType type) {
    auto &family = families_.emplace_back();
    family.name = std::move(name);
    family.help = help;
    family.type = type;
    return Family(family);
}

} // namespace sipsteer::metrics

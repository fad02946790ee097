// SPDX-License-Identifier: Apache-2.0
//
// Metric families as they are collected: prometheus-cpp's, with what is the same for all of them
// said once.
#pragma once

#include "base/latency.hpp"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// One family. Add its metrics while no other family is begun.
class Family {
public:
    explicit Family(prometheus::MetricFamily &family) : family_(family) {}

    /// Of a counter or a gauge, as the family is.
    Family &add(const Labels &labels, double value);
    Family &add(const Labels &labels, std::uint64_t value);
    Family &add(const Labels &labels, bool value);
    Family &add(const Labels &labels, const Latency &latency);

private:
    prometheus::ClientMetric &metric(const Labels &labels);

    prometheus::MetricFamily &family_;
};

class Families {
public:
    /// `name` without the prefix "sipsteer_".
    Family counter(const std::string &name, const std::string &help);
    Family gauge(const std::string &name, const std::string &help);
    Family histogram(const std::string &name, const std::string &help);

    /// One that every program has: its name has no prefix.
    Family standard_gauge(const std::string &name, const std::string &help);

    const std::vector<prometheus::MetricFamily> &all() const { return families_; }

private:
    Family begin(std::string name, const std::string &help, prometheus::MetricType type);

    std::vector<prometheus::MetricFamily> families_;
};

} // namespace sipsteer::metrics

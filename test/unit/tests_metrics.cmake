# SPDX-License-Identifier: Apache-2.0
unit_test(metrics_test sipsteer_metrics sipsteer_api)
# What deploy/ has for Prometheus and Grafana is held to the metrics.
target_compile_definitions(metrics_test PRIVATE SIPSTEER_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

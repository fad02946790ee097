# SPDX-License-Identifier: Apache-2.0
unit_test(metrics_test sipsteer_metrics sipsteer_api)

# SPDX-License-Identifier: Apache-2.0
unit_test(log_test sipsteer_util)

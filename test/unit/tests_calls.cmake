# SPDX-License-Identifier: Apache-2.0
unit_test(calls_test sipsteer_calls)
unit_test(drift_test sipsteer_calls)
unit_test(sweeper_test sipsteer_calls)

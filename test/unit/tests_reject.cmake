# SPDX-License-Identifier: Apache-2.0
unit_test(reject_test sipsteer_reject sipsteer_health test_reference)

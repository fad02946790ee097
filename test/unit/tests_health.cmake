# SPDX-License-Identifier: Apache-2.0
unit_test(probe_state_test sipsteer_health)
unit_test(sip_options_test sipsteer_health)

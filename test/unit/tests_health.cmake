# SPDX-License-Identifier: Apache-2.0
unit_test(probe_state_test sipsteer_health)
unit_test(sip_message_test sipsteer_health)
unit_test(transaction_test sipsteer_health)
unit_test(combine_test sipsteer_health)
unit_test(dsr_packet_test sipsteer_health)
unit_test(sip_stream_test sipsteer_health)

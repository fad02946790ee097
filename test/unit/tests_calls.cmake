# SPDX-License-Identifier: Apache-2.0
unit_test(calls_test sipsteer_calls)
unit_test(call_list_test sipsteer_calls)
unit_test(call_change_test sipsteer_calls)
unit_test(explain_test sipsteer_explain)
unit_test(call_events_test sipsteer_daemon)
unit_test(call_requests_test sipsteer_daemon)
unit_test(drift_test sipsteer_calls)
unit_test(sweeper_test sipsteer_calls)

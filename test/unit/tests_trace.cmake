# SPDX-License-Identifier: Apache-2.0
unit_test(trace_pcapng_test sipsteer_cli) # for libpcap
unit_test(trace_comment_test sipsteer_trace)
unit_test(trace_hep_test sipsteer_trace)
unit_test(trace_assembler_test sipsteer_trace)
unit_test(taps_filter_test sipsteer_taps)
unit_test(trace_stream_test sipsteer_daemon)
unit_test(api_trace_test sipsteer_api)
unit_test(cli_trace_test sipsteer_api sipsteer_trace)
target_compile_definitions(cli_trace_test PRIVATE SIPSTEER_PROGRAM="$<TARGET_FILE:sipsteer>")
add_dependencies(cli_trace_test sipsteer)

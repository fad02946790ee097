# SPDX-License-Identifier: Apache-2.0
unit_test(http_router_test sipsteer_api)
unit_test(api_test sipsteer_api)
unit_test(api_limits_test sipsteer_api)
unit_test(api_socket_file_test sipsteer_api)
unit_test(api_config_test sipsteer_api)
unit_test(api_events_test sipsteer_api)
unit_test(events_hub_test sipsteer_events)
unit_test(api_calls_test sipsteer_api)

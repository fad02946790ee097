# SPDX-License-Identifier: Apache-2.0
unit_test(cli_frame_test sipsteer_cli)
unit_test(cli_view_test sipsteer_cli)
unit_test(cli_explain_test sipsteer_finder test_reference nlohmann_json::nlohmann_json)
target_compile_definitions(cli_explain_test PRIVATE SIPSTEER_PROGRAM="$<TARGET_FILE:sipsteer>"
                           SIPSTEER_MAN_PAGE="${PROJECT_SOURCE_DIR}/deploy/man/sipsteer.1")
add_dependencies(cli_explain_test sipsteer)
unit_test(cli_api_test sipsteer_api)
target_compile_definitions(cli_api_test PRIVATE SIPSTEER_PROGRAM="$<TARGET_FILE:sipsteer>")
add_dependencies(cli_api_test sipsteer)

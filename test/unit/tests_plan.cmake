# SPDX-License-Identifier: Apache-2.0
unit_test(address_test sipsteer_util)
unit_test(config_fields_test sipsteer_config)
unit_test(config_checks_test sipsteer_config)
unit_test(config_test sipsteer_config)
target_compile_definitions(config_test PRIVATE SIPSTEER_EXAMPLES="${PROJECT_SOURCE_DIR}/deploy/examples")
unit_test(maglev_test sipsteer_plan)
unit_test(plan_test sipsteer_plan)

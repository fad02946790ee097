# SPDX-License-Identifier: Apache-2.0
unit_test(sweeping_test sipsteer_daemon)
unit_test(open_files_test sipsteer_daemon)
unit_test(farm_status_test sipsteer_daemon)
unit_test(config_control_test sipsteer_daemon)

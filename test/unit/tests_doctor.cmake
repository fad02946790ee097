# SPDX-License-Identifier: Apache-2.0
unit_test(doctor_host_test sipsteer_doctor)
unit_test(doctor_network_test sipsteer_doctor)
unit_test(doctor_gather_test sipsteer_doctor)
unit_test(doctor_view_test sipsteer_cli)

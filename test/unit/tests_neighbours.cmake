# SPDX-License-Identifier: Apache-2.0
unit_test(next_hop_test sipsteer_neighbours)
unit_test(claims_test sipsteer_neighbours)

# SPDX-License-Identifier: Apache-2.0
unit_test(held_store_test sipsteer_fragments)
unit_test(held_frame_test sipsteer_fragments)

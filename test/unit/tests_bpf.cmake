# SPDX-License-Identifier: Apache-2.0
#
# The pure parts of bpf/, compiled natively (controller/explain), and slow obvious versions of them to
# compare with.

add_library(test_reference STATIC reference_finder.cpp reference_sent_by.cpp
            reference_siphash.cpp reference_user.cpp shared_sip.cpp)
target_include_directories(test_reference PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(test_reference PRIVATE SIPSTEER_ROOT="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_reference PUBLIC sipsteer_finder)
sipsteer_options(test_reference)

unit_test(callid_test sipsteer_finder test_reference)
unit_test(callid_shared_test sipsteer_finder test_reference)
unit_test(user_test sipsteer_finder test_reference)
unit_test(via_test sipsteer_finder test_reference)
unit_test(siphash_test sipsteer_finder test_reference)
unit_test(message_test sipsteer_finder test_reference)
unit_test(call_state_test sipsteer_finder)
unit_test(call_entry_test sipsteer_include)

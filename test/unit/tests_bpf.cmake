# SPDX-License-Identifier: Apache-2.0
#
# The pure parts of bpf/, compiled natively, and slow obvious versions of them to compare with.

add_library(test_finder STATIC finder.c)
target_include_directories(test_finder PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(test_finder PUBLIC sipsteer_include)
# The data plane's loop pragmas are clang's.
target_compile_options(test_finder PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                       -Wno-unknown-pragmas)
if(SIPSTEER_WERROR)
    target_compile_options(test_finder PRIVATE -Werror)
endif()
if(SIPSTEER_SANITIZE)
    target_compile_options(test_finder PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all)
endif()

add_library(test_reference STATIC reference_finder.cpp reference_sent_by.cpp
            reference_siphash.cpp reference_user.cpp shared_sip.cpp)
target_include_directories(test_reference PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(test_reference PRIVATE SIPSTEER_ROOT="${PROJECT_SOURCE_DIR}")
sipsteer_options(test_reference)

unit_test(callid_test test_finder test_reference)
unit_test(callid_shared_test test_finder test_reference)
unit_test(user_test test_finder test_reference)
unit_test(via_test test_finder test_reference)
unit_test(siphash_test test_finder test_reference)
unit_test(message_test test_finder test_reference)
unit_test(call_state_test test_finder)
unit_test(call_entry_test sipsteer_include)

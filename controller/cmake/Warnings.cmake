# SPDX-License-Identifier: Apache-2.0
#
# sipsteer_options(TARGET): the warnings and sanitizers every C++ target of the project has.
function(sipsteer_options target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                           -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
                           # g++ 12 sees overlaps in inlined std::string where none are (GCC bug
                           # 105651)
                           $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                           # and takes the delete of a coroutine's frame for another's
                           $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
    if(SIPSTEER_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(SIPSTEER_SANITIZE)
        target_compile_options(${target} PRIVATE -fsanitize=address,undefined
                               -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PRIVATE -fsanitize=address,undefined)
    endif()
endfunction()

# sipsteer_test_options(TARGET): those of a test, which is compiled more often than it is run: not
# optimised, and without Catch2's own try around each assertion.
function(sipsteer_test_options target)
    sipsteer_options(${target})
    target_compile_options(${target} PRIVATE -O0)
    target_compile_definitions(${target} PRIVATE CATCH_CONFIG_FAST_COMPILE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD "${SIPSTEER_UNITY}" UNITY_BUILD_BATCH_SIZE 0)
endfunction()

# sipsteer_room([HOT] SOURCES file ... [ROOMS room ...] [LIBRARIES target ...]): this folder of the controller, as
# the static library sipsteer_ and the folder's name. ROOMS: the rooms that it includes, as in
# controller/CMakeLists.txt. With SIPSTEER_UNITY its files are compiled as one: a name in an anonymous
# namespace stands once in a folder. HOT: it looks at each call or each packet that the kernel hands up; the
# others are compiled with SIPSTEER_COLD_OPTIONS, too.
function(sipsteer_room)
    cmake_parse_arguments(arg "HOT" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME leaf)
    set(name sipsteer_${leaf})
    list(TRANSFORM arg_ROOMS REPLACE "^.*/" "")
    list(TRANSFORM arg_ROOMS PREPEND sipsteer_)
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/controller)
    target_compile_definitions(${name} PRIVATE SIPSTEER_VERSION="${PROJECT_VERSION}")
    target_link_libraries(${name} PUBLIC sipsteer_include ${arg_ROOMS} ${arg_LIBRARIES})
    set_target_properties(${name} PROPERTIES UNITY_BUILD "${SIPSTEER_UNITY}" UNITY_BUILD_BATCH_SIZE 0)
    sipsteer_options(${name})
    sipsteer_harden(${name})
    if(NOT arg_HOT)
        target_compile_options(${name} PRIVATE ${SIPSTEER_COLD_OPTIONS})
    endif()
endfunction()

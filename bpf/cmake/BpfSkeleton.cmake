# SPDX-License-Identifier: Apache-2.0
#
# bpf_skeleton(TARGET SOURCE): compiles a BPF program with clang and makes the INTERFACE library
# TARGET, whose header <NAME.skel.h> holds the object and typed access to it.

# clang 18 and newer leave a mask out that the verifier needs (ss_text_at() in bytes.h): the kernel refuses the program.
find_program(BPF_CLANG NAMES clang-14 clang-15 clang-16 clang-17 clang REQUIRED)
find_program(BPF_STRIP NAMES llvm-strip llvm-strip-14 REQUIRED)
execute_process(COMMAND ${BPF_CLANG} -dumpversion OUTPUT_VARIABLE BPF_CLANG_VERSION
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(BPF_CLANG_VERSION VERSION_GREATER_EQUAL 18)
    message(WARNING "The kernel refuses what clang ${BPF_CLANG_VERSION} makes of the BPF program: install clang-17")
endif()
find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin REQUIRED)

# The object and its skeleton are made anew when a header of it has changed.
function(bpf_skeleton target source)
    cmake_path(GET source STEM name) # sipsteer.bpf.c: sipsteer
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
    set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
    # Debian keeps <asm/types.h> in the multiarch folder, which clang does not search for BPF. A size may add the
    # ends of two enums, of which clang 19 warns.
    add_custom_command(
        OUTPUT ${object}
        COMMAND ${BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -std=gnu11
                -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-enum-enum-conversion -Werror
                -I${PROJECT_SOURCE_DIR}/include
                -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
                -MD -MT ${object} -MF ${object}.d
                -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
        COMMAND ${BPF_STRIP} -g ${object}
        DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source}
        DEPFILE ${object}.d
        COMMENT "BPF ${source}"
        VERBATIM)
    add_custom_command(
        OUTPUT ${skeleton}
        COMMAND sh -c "\"$0\" gen skeleton \"$1\" name ${name}_bpf > \"$2\"" ${BPFTOOL} ${object} ${skeleton}
        DEPENDS ${object}
        COMMENT "BPF skeleton ${name}.skel.h"
        VERBATIM)
    add_custom_target(${target}_generate DEPENDS ${skeleton})
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_generate)
    # SYSTEM: generated C that our warnings are not for.
    target_include_directories(${target} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
    target_link_libraries(${target} INTERFACE PkgConfig::LIBBPF)
    set_property(TARGET ${target} PROPERTY BPF_OBJECT ${object})
endfunction()

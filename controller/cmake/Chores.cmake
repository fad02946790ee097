# SPDX-License-Identifier: Apache-2.0
#
# Chores by hand: cmake --build build --target format | lint | docs | coverage. None is part of a build or of
# tools/check. docs and coverage need the packages of the section chores in tools/packages.txt.

# All C and C++, as test/style/clang_format.sh judges it; never a CMake file.
add_custom_target(format
    COMMAND ${PROJECT_SOURCE_DIR}/test/style/clang_format.sh --write
    COMMENT "Formatting C and C++"
    USES_TERMINAL VERBATIM)

if(SIPSTEER_TESTS)
    add_custom_target(lint
        COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${PROJECT_BINARY_DIR} -L ^style$ --output-on-failure
        COMMENT "Style tests; clang-tidy judges what was built last"
        USES_TERMINAL VERBATIM)
endif()

# The sources with their comments, as HTML.
set(doxyfile ${PROJECT_BINARY_DIR}/docs/Doxyfile)
set(DOXYGEN_SETTINGS "
PROJECT_NAME = sipsteer
PROJECT_BRIEF = \"${PROJECT_DESCRIPTION}\"
INPUT = ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/bpf ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/controller
FILE_PATTERNS = *.c *.h *.cpp *.hpp *.md
EXTENSION_MAPPING = h=C++
RECURSIVE = YES
USE_MDFILE_AS_MAINPAGE = ${PROJECT_SOURCE_DIR}/README.md
STRIP_FROM_PATH = ${PROJECT_SOURCE_DIR}
OUTPUT_DIRECTORY = ${PROJECT_BINARY_DIR}/docs
EXTRACT_ALL = YES
EXTRACT_STATIC = YES
EXTRACT_ANON_NSPACES = YES
JAVADOC_AUTOBRIEF = YES
SOURCE_BROWSER = YES
REFERENCED_BY_RELATION = YES
GENERATE_LATEX = NO
HAVE_DOT = NO
QUIET = YES
WARN_IF_UNDOCUMENTED = NO
WARN_LOGFILE = ${PROJECT_BINARY_DIR}/docs/warnings.txt
")
file(CONFIGURE OUTPUT ${doxyfile} CONTENT "${DOXYGEN_SETTINGS}" @ONLY)
add_custom_target(docs
    COMMAND sh -c "command -v doxygen >/dev/null || { echo 'doxygen is missing; install the package doxygen' >&2; exit 1; }"
    COMMAND doxygen ${doxyfile}
    COMMAND ${CMAKE_COMMAND} -E echo "${PROJECT_BINARY_DIR}/docs/html/index.html"
    COMMENT "Documentation of the sources"
    USES_TERMINAL VERBATIM)

# What the unit tests reach, in a build of its own.
if(NOT SIPSTEER_TESTS)
    return()
endif()
set(coverage ${PROJECT_BINARY_DIR}/coverage)
get_property(unit_targets DIRECTORY ${PROJECT_SOURCE_DIR}/test/unit PROPERTY BUILDSYSTEM_TARGETS)
add_custom_target(coverage
    COMMAND sh -c "command -v gcovr >/dev/null || { echo 'gcovr is missing; install the package gcovr' >&2; exit 1; }"
    COMMAND ${CMAKE_COMMAND} -S ${PROJECT_SOURCE_DIR} -B ${coverage} -G Ninja -D CMAKE_BUILD_TYPE=Debug
            "-DCMAKE_CXX_FLAGS=--coverage -O0" "-DCMAKE_C_FLAGS=--coverage -O0"
            -D CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
            -D CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER}
    COMMAND ${CMAKE_COMMAND} --build ${coverage} --target ${unit_targets}
    COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${coverage} -L ^unit$ --output-on-failure
    COMMAND gcovr --root ${PROJECT_SOURCE_DIR} --filter ${PROJECT_SOURCE_DIR}/controller --filter ${PROJECT_SOURCE_DIR}/bpf
            --object-directory ${coverage} --html-details ${coverage}/index.html --print-summary
    COMMAND ${CMAKE_COMMAND} -E echo "${coverage}/index.html"
    COMMENT "What the unit tests reach"
    USES_TERMINAL VERBATIM)

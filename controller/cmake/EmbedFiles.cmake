# SPDX-License-Identifier: Apache-2.0
#
# Writes the C++ source of files() (controller/api/page/files.hpp). Run when a file has changed:
#
#   cmake -D OUTPUT=FILE -D "FILES=NAME=PATH;..." -P EmbedFiles.cmake

set(arrays "")
set(entries "")
set(count 0)
foreach(file IN LISTS FILES)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${file}")
    set(name "${CMAKE_MATCH_1}")
    file(READ "${CMAKE_MATCH_2}" bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "constexpr char kFile${count}[] = {${bytes}}; // ${name}\n")
    string(APPEND entries "    {\"${name}\", {kFile${count}, sizeof(kFile${count})}},\n")
    math(EXPR count "${count} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by EmbedFiles.cmake.
#include \"api/page/files.hpp\"

namespace sipsteer::page {

namespace {

${arrays}
constexpr File kFiles[] = {
${entries}};

} // namespace

std::span<const File> files() {
    return kFiles;
}

} // namespace sipsteer::page
")

# SPDX-License-Identifier: Apache-2.0
#
# CPack runs this when all files of the packages lie in their folders and before it packs them. Debian wants manual
# pages and changelogs compressed, without a time in them. An RPM package has no files that only Debian knows.

if(CPACK_GENERATOR STREQUAL RPM)
    file(GLOB debian_files ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog.Debian
         ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/lintian)
    file(REMOVE_RECURSE ${debian_files})
endif()
file(GLOB_RECURSE texts ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/*.[158]
     ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog
     ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog.Debian)
if(NOT texts)
    message(FATAL_ERROR "there is no manual page in ${CPACK_TEMPORARY_DIRECTORY}")
endif()
execute_process(COMMAND gzip -9 -n -f ${texts} COMMAND_ERROR_IS_FATAL ANY)

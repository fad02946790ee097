# SPDX-License-Identifier: Apache-2.0
#
# write_output(FILE TARGET [ARGUMENT ...]): FILE is what the program TARGET prints, called with these arguments. By a
# rename: a run that is cut short must not leave half a file. A program for another processor runs in
# CMAKE_CROSSCOMPILING_EMULATOR.
function(write_output file target)
    add_custom_command(
        OUTPUT ${file}
        COMMAND sh -c "\"$@\" > \"$0.part\" && mv \"$0.part\" \"$0\"" ${file} ${CMAKE_CROSSCOMPILING_EMULATOR}
                $<TARGET_FILE:${target}> ${ARGN}
        DEPENDS ${target}
        VERBATIM)
endfunction()

# SPDX-License-Identifier: Apache-2.0
#
# sipsteer_harden(TARGET): Debian's hardening, for a program that is installed and each library in it, whatever the
# preset. BPF is compiled elsewhere (bpf/cmake/BpfSkeleton.cmake): the verifier judges it. test/install/hardening.sh
# looks at the result.
#
# What is optimised does not name the folder of the sources. (The BPF object in the daemon still does.)
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

# What the compiler and the linker take, for sipsteer_harden() and the test of the test.
set(SIPSTEER_HARDENING_COMPILE "")
set(SIPSTEER_HARDENING_LINK "")
# -fcf-protection is for x86, -mbranch-protection for arm64. Format security asks for -Wformat.
foreach(option IN ITEMS -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
        -mbranch-protection=standard "-Wformat -Werror=format-security")
    string(MAKE_C_IDENTIFIER "SIPSTEER_HAS${option}" answer)
    check_cxx_compiler_flag("${option}" ${answer})
    if(${answer})
        separate_arguments(words UNIX_COMMAND "${option}")
        list(APPEND SIPSTEER_HARDENING_COMPILE ${words})
    endif()
endforeach()
foreach(option IN ITEMS -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
    string(MAKE_C_IDENTIFIER "SIPSTEER_HAS${option}" answer)
    check_linker_flag(CXX ${option} ${answer})
    if(${answer})
        list(APPEND SIPSTEER_HARDENING_LINK ${option})
    endif()
endforeach()
# The C library checks lengths only where the compiler optimises. The address sanitizer has checks of its own.
set(SIPSTEER_HARDENING_FORTIFY -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
set(SIPSTEER_HARDENING_OPTIMISED -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
if(NOT SIPSTEER_SANITIZE)
    list(APPEND SIPSTEER_HARDENING_OPTIMISED ${SIPSTEER_HARDENING_FORTIFY})
endif()

# sipsteer_harden(TARGET): see above.
function(sipsteer_harden target)
    target_compile_options(${target} PRIVATE ${SIPSTEER_HARDENING_COMPILE}
                           "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${SIPSTEER_HARDENING_OPTIMISED}>")
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
        target_link_options(${target} PRIVATE ${SIPSTEER_HARDENING_LINK})
    endif()
endfunction()

# SPDX-License-Identifier: Apache-2.0
#
# The same three packages in the form of RPM. They have been built, but never installed: nothing here runs a
# distribution of RPM packages.

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE ${PACKAGE_REVISION})
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0 AND (GPL-2.0-only OR BSD-2-Clause)")
set(CPACK_RPM_PACKAGE_VENDOR "${PACKAGE_CONTACT}")
# What other packages have, too.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/libexec
    /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/fish
    /usr/share/fish/vendor_completions.d /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man8
    /usr/share/zsh /usr/share/zsh/vendor-completions)

set(scripts ${CMAKE_CURRENT_SOURCE_DIR}/rpm)
set(CPACK_RPM_DIRECTOR_PACKAGE_NAME sipsteer)
set(CPACK_RPM_DIRECTOR_PACKAGE_REQUIRES systemd)
set(CPACK_RPM_DIRECTOR_USER_FILELIST "%config(noreplace) /etc/sipsteer/sipsteer.conf")
set(CPACK_RPM_DIRECTOR_POST_INSTALL_SCRIPT_FILE ${scripts}/sipsteer/post)
set(CPACK_RPM_DIRECTOR_PRE_UNINSTALL_SCRIPT_FILE ${scripts}/sipsteer/preun)
set(CPACK_RPM_DIRECTOR_POST_UNINSTALL_SCRIPT_FILE ${scripts}/reload)

set(CPACK_RPM_SERVER_PACKAGE_NAME sipsteer-real-server)
set(CPACK_RPM_SERVER_PACKAGE_ARCHITECTURE noarch)
set(CPACK_RPM_SERVER_PACKAGE_REQUIRES iproute)
set(CPACK_RPM_SERVER_POST_INSTALL_SCRIPT_FILE ${scripts}/reload)
set(CPACK_RPM_SERVER_PRE_UNINSTALL_SCRIPT_FILE ${scripts}/sipsteer-real-server/preun)
set(CPACK_RPM_SERVER_POST_UNINSTALL_SCRIPT_FILE ${scripts}/reload)

set(CPACK_RPM_DOCUMENTS_PACKAGE_NAME sipsteer-doc)
set(CPACK_RPM_DOCUMENTS_PACKAGE_ARCHITECTURE noarch)

# The first line is the summary. Debian divides paragraphs by a dot.
foreach(component IN ITEMS DIRECTOR SERVER DOCUMENTS)
    string(REGEX MATCH "^[^\n]*" CPACK_RPM_${component}_PACKAGE_SUMMARY "${CPACK_COMPONENT_${component}_DESCRIPTION}")
    string(REPLACE "\n.\n" "\n\n" CPACK_RPM_${component}_PACKAGE_DESCRIPTION
           "${CPACK_COMPONENT_${component}_DESCRIPTION}")
endforeach()

# SPDX-License-Identifier: Apache-2.0
complete --command sipsteer --arguments '(
    set --local prefix (dirname (dirname (command --search sipsteer)))
    $prefix/libexec/sipsteer/complete (commandline --tokenize --cut-at-cursor --current-process) "$(commandline --current-token --cut-at-cursor)" 2>/dev/null
)'

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program with the rights that a unit of systemd leaves it: its system calls and its capabilities.

    as_unit.py UNIT PROGRAM [ARGUMENT...]

Stands in for systemd where none runs. What systemd makes of SystemCallFilter= is made here, too, by the same library:
the kernel kills the program at the first call that the unit does not allow.
"""

import ctypes
import os
import re
import subprocess
import sys

KILL_PROCESS = 0x80000000  # SCMP_ACT_KILL_PROCESS
ALLOW = 0x7FFF0000  # SCMP_ACT_ALLOW
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38


def settings(unit, name):
    with open(unit, encoding="utf-8") as lines:
        return [line.strip().partition("=")[2].split() for line in lines if line.startswith(name + "=")]


def calls_of(name):
    """The calls of a group such as @file-system; of a call itself."""
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    words = re.findall(r"^ +([@a-z0-9_-]+)$", listed.stdout, re.MULTILINE)
    return set().union(*(calls_of(word) for word in words))


def allowed_calls(unit):
    """Line by line, as systemd.exec(5) says: with ~ the calls are removed from the list."""
    allowed = calls_of("@default")
    for words in settings(unit, "SystemCallFilter"):
        removes = words[0].startswith("~")
        calls = set().union(*(calls_of(word.lstrip("~")) for word in words))
        allowed = allowed - calls if removes else allowed | calls
    return allowed


def checked(code, what):
    if code:
        raise SystemExit(f"as_unit: {what}: {os.strerror(abs(ctypes.get_errno() or code))}")


def drop_capabilities(libc, kept):
    names = subprocess.run(["setpriv", "--list-caps"], capture_output=True, text=True, check=True).stdout.split()
    for number, name in enumerate(names):
        if "CAP_" + name.upper() not in kept:
            checked(libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), name)


def load_filter(names):
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(KILL_PROCESS)))
    for name in sorted(names):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # otherwise a call of another architecture
            checked(seccomp.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, 0, None), name)
    checked(seccomp.seccomp_load(context), "seccomp_load")


def main():
    if len(sys.argv) < 3:
        raise SystemExit("Usage: as_unit.py UNIT PROGRAM [ARGUMENT...]")
    unit, program = sys.argv[1:3]
    allowed = allowed_calls(unit)
    libc = ctypes.CDLL(None, use_errno=True)
    drop_capabilities(libc, {name for words in settings(unit, "CapabilityBoundingSet") for name in words})
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    load_filter(allowed)
    os.execv(program, sys.argv[2:])


if __name__ == "__main__":
    main()

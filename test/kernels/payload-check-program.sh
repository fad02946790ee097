#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Payload: the kernel takes the program of the daemon given as argument.

set -eu
uname -a
"$1" --check-program

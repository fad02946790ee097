#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the log of a daemon from a small pipe: a few lines and then no more, or all of it, but late."""

import argparse
import fcntl
import os
import pathlib
import time

F_SETPIPE_SZ = 1031  # linux/fcntl.h; Python 3.10 has it
PIPE_BYTES = 4096


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipe", help="a FIFO; it gets room for 4 KiB")
    parser.add_argument("output", type=pathlib.Path, help="where the lines go")
    parser.add_argument("--lines", type=int, help="end after so many lines; default: at the end of the pipe")
    parser.add_argument("--wait-for", type=pathlib.Path, metavar="FILE", help="read nothing before FILE is there")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    with open(options.pipe, "rb", buffering=0) as source, options.output.open("wb", buffering=0) as sink:
        fcntl.fcntl(source, F_SETPIPE_SZ, PIPE_BYTES)
        while options.wait_for and not os.path.exists(options.wait_for):
            time.sleep(0.1)
        lines = 0
        while options.lines is None or lines < options.lines:
            byte = source.read(1)
            if not byte:
                return
            sink.write(byte)
            lines += byte == b"\n"


main()

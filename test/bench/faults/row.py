#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a fault did: one JSON object, from what the campaign recorded while it ran.

    marks     "began TIME", "undone TIME" (what was taken is back), "mended TIME" (only where packets and
              readiness do not show it)
    stream    the numbered datagrams as sent (stream.py)
    watch     whether the daemon answered (watch.py)
    log       the daemon's log
    *.pcap    the servers' captures

PYTHONPATH has to name test/e2e, for farm_messages.
"""

import argparse
import datetime
import json
import pathlib
import re

from farm_messages import frames_of, pair, payload_of

NUMBER = re.compile(rb"\r\nX-Number: ([0-9]+)\r\n")
CALL_ID = re.compile(rb"\r\nCall-ID: ([^\r\n]+)\r\n")
LOG_LINE = re.compile(r"(\S+)Z (\w+) +event=(\w+)")


def words_of(path):
    """The lines of a file, split. The last one may be cut short, and is left out then."""
    text = path.read_text(encoding="ascii", errors="replace")
    return [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]


def stream_figures(options):
    """Datagrams sent, the times of those that no server saw, calls seen at two servers."""
    run, seen, places = options.run.encode(), set(), {}
    for server, path in options.capture:
        for _, frame in frames_of(path):
            payload = payload_of(frame)
            number, call = NUMBER.search(payload), CALL_ID.search(payload)
            if number and call and run in call[1]:
                seen.add(int(number[1]))
                places.setdefault(call[1], set()).add(server)
    sent = {int(number): float(time) for number, time in words_of(options.dir / "stream")}
    lost = [time for number, time in sorted(sent.items()) if number not in seen]
    return len(sent), lost, sum(len(servers) > 1 for servers in places.values())


def phases_of(marks):
    """(began, undone, mended, end) for each fault of a row; undone: the last one before the next fault."""
    phases = []
    for name, time in marks:
        if name == "began":
            phases.append({"began": float(time), "undone": float(time), "mended": None})
        else:
            phases[-1][name] = float(time)
    ends = [phase["began"] for phase in phases[1:]] + [float("inf")]
    return [{**phase, "end": end} for phase, end in zip(phases, ends)]


def log_lines(path):
    """(time, level, event), in the order of the log."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        found = LOG_LINE.match(line)
        if found:
            time = datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp()
            yield time, found[2], found[3]


def noticed(phase, lines):
    """Seconds until the first warning of a fault, else until the first line at all, and its event."""
    inside = [line for line in lines if phase["began"] <= line[0] < phase["end"]]
    loud = [line for line in inside if line[1] in ("warn", "error")]
    first = min(loud or inside, default=None)
    return (round(first[0] - phase["began"], 3), first[2]) if first else (None, "")


def mended(phase, troubles):
    """Seconds from when a fault was undone until nothing is lost and the director is ready."""
    if phase["mended"]:
        return round(phase["mended"] - phase["undone"], 3)
    last = max((time for time in troubles if phase["began"] <= time < phase["end"]), default=phase["undone"])
    return round(max(0.0, last - phase["undone"]), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=pathlib.Path, help="with marks, stream, watch, log")
    parser.add_argument("--run", required=True, help="part of the stream's Call-IDs")
    parser.add_argument("--capture", metavar="SERVER=FILE", type=pair, action="append", default=[])
    options = parser.parse_args()
    packets, lost, moved = stream_figures(options)
    watch = [(float(time), path, int(status), float(took)) for time, path, status, took in words_of(options.dir / "watch")]
    troubles = lost + [time for time, path, status, _ in watch if status == 0 or (path == "/readyz" and status != 200)]
    phases, lines = phases_of(words_of(options.dir / "marks")), list(log_lines(options.dir / "log"))
    notices = [noticed(phase, lines) for phase in phases]
    late = max(notices, key=lambda notice: notice[0] or 0, default=(None, ""))
    print(json.dumps({
        "faults": len(phases), "packets": packets, "packets_lost": len(lost), "stream_calls_moved": moved,
        "noticed_seconds": late[0], "noticed_by": late[1],
        "mended_seconds": max((mended(phase, troubles) for phase in phases), default=None),
        "stall_seconds": round(max((took for _, _, status, took in watch if status), default=0), 3)}))


if __name__ == "__main__":
    main()

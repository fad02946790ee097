#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The floors of controller/: a room includes only rooms of floors below it, and links what it includes.

Usage: test/style/floors.py [--draw] [ROOT]

The rooms and their order are the list in controller/CMakeLists.txt; ROOMS in a room's own CMakeLists.txt names
the rooms it includes. --draw prints the floors, the highest first, with what each room includes.
Exit code: 0 the house is in order, 1 not, 2 wrong use.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include "([^"]+)"', re.MULTILINE)
SOURCES = (".hpp", ".cpp", ".h", ".c")


def words_after(keyword, text, ends):
    """The words between a keyword of a CMake call and the next keyword, or its end."""
    found = re.search(rf"\b{keyword}\b(.*?)(?:\b(?:{'|'.join(ends)})\b|\))", text, re.DOTALL)
    return found.group(1).split() if found else []


class House:
    def __init__(self, root):
        self.controller = root / "controller"
        text = (self.controller / "CMakeLists.txt").read_text()
        self.rooms = words_after("ITEMS", text, ["endforeach"])
        self.problems = []

    def room_of(self, path):
        """The room that a path below controller/ is in; None: it is in none."""
        rooms = [room for room in self.rooms if path.startswith(room + "/")]
        return max(rooms, key=len, default=None)

    def included_by(self, room):
        """The rooms that the files of a room include, each with one of its includes."""
        included = {}
        for file in sorted((self.controller / room).rglob("*")):
            path = str(file.relative_to(self.controller))
            if file.suffix not in SOURCES or self.room_of(path) != room:
                continue
            for name in INCLUDE.findall(file.read_text()):
                other = self.room_of(name)
                if (self.controller / name).exists() and other not in (None, room):
                    included.setdefault(other, f"controller/{path} includes {name}")
        return included

    def linked_by(self, room):
        text = (self.controller / room / "CMakeLists.txt").read_text()
        return set(words_after("ROOMS", text, ["LIBRARIES"]))

    def check_room(self, room):
        below = self.rooms[: self.rooms.index(room)]
        included = self.included_by(room)
        linked = self.linked_by(room)
        for other, where in included.items():
            if other not in below:
                self.problems.append(f"{where}: {other} is no floor below {room}")
            elif other not in linked:
                self.problems.append(f"{where}: add {other} to ROOMS in controller/{room}/CMakeLists.txt")
        for other in sorted(linked - set(included)):
            self.problems.append(f"controller/{room}/CMakeLists.txt: ROOMS has {other}, which {room} does not include")

    def check_readme(self):
        """The table of controller/README.md has the rooms, the highest first."""
        readme = self.controller / "README.md"
        drawn = re.findall(r"^\| \[([a-z/]+)\]\(", readme.read_text(), re.MULTILINE) if readme.exists() else []
        if drawn != self.rooms[::-1]:
            self.problems.append("controller/README.md: its table is not the list in CMakeLists.txt, the highest first")

    def check(self):
        self.check_readme()
        for file in sorted(self.controller.rglob("*")):
            path = str(file.relative_to(self.controller))
            if file.suffix in SOURCES and self.room_of(path) is None:
                self.problems.append(f"controller/{path}: is in no room of controller/CMakeLists.txt")
        for room in self.rooms:
            self.check_room(room)

    def draw(self):
        for room in reversed(self.rooms):
            included = sorted(self.included_by(room), key=self.rooms.index, reverse=True)
            print(f"{room:18} {' '.join(included)}")


def main(arguments):
    draw = "--draw" in arguments
    rest = [argument for argument in arguments if argument != "--draw"]
    if "--help" in rest or "-h" in rest:
        print(__doc__)
        return 0
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        print(f"floors.py: wrong arguments: {' '.join(rest)}; try --help", file=sys.stderr)
        return 2
    root = pathlib.Path(rest[0]) if rest else pathlib.Path(__file__).resolve().parents[2]
    house = House(root)
    if draw:
        house.draw()
        return 0
    house.check()
    for problem in house.problems:
        print(problem)
    if not house.problems:
        print(f"{len(house.rooms)} rooms are in order")
    return 1 if house.problems or not house.rooms else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

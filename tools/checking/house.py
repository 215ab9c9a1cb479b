"""The rules of the house: ROOMS.txt against every include, and the few things that are refused everywhere."""

import re
import statistics

import tree

LONGEST_FILE = 500
LONGEST_README = 25
LENGTH_COUNTS = (".cc", ".h", ".ts", ".tsx", ".css", ".html")

# What a library of cmake/rooms.cmake gives to the room that keeps it, as beginnings of header names.
HEADERS_OF = {
    "Boost::headers": ("boost/",),
    "boost_json": ("boost/json",),
    "OpenSSL::Crypto": ("openssl/",),
    "OpenSSL::SSL": ("openssl/",),
    "CURL::libcurl": ("curl/",),
    "SQLite::SQLite3": ("sqlite3",),
    "PostgreSQL::PostgreSQL": ("libpq", "postgresql/", "postgres_ext"),
    "re2": ("re2/",),
    "qrencode": ("qrencode",),
    "yaml-cpp": ("yaml-cpp/",),
    "prometheus-cpp-core": ("prometheus/",),
    "Threads::Threads": (),
}
THIRD_PARTY = tuple(sorted({start for starts in HEADERS_OF.values() for start in starts}))
FOR_TESTS = ("gtest/", "gmock/", "benchmark/")


def third_party(header):
    return header.startswith(THIRD_PARTY)


class House:
    def __init__(self):
        self.faults = []
        self.rooms = {}  # name -> the rooms that it may include
        self.keeps = {}  # name -> beginnings of the third-party headers that it may include
        self._read_rooms()
        self._read_keepers()

    def fault(self, where, text):
        self.faults.append(f"{where}: {text}")

    def _read_rooms(self):
        for number, line in enumerate(tree.lines("ROOMS.txt"), 1):
            if not line.strip() or line.startswith("#"):
                continue
            room, _, names = line.partition(":")
            room, where = room.strip(), f"ROOMS.txt:{number}"
            names = list(self.rooms) if names.strip() == "*" else names.split()
            for name in names:
                if name not in self.rooms:
                    self.fault(where, f"{room} names {name}, which does not stand above it")
                if room.startswith("doors/") and name.startswith("doors/"):
                    self.fault(where, f"{room} names {name}: doors never name doors")
            self.rooms[room] = set(names)

    def _read_keepers(self):
        for number, line in enumerate(tree.lines("cmake/rooms.cmake"), 1):
            match = re.match(r"set\(LANYARD_THIRD_PARTY_(\w+) (.*)\)", line)
            if not match:
                continue
            starts = []
            for library in match[2].replace('""', "").split():
                if library not in HEADERS_OF:
                    self.fault(f"cmake/rooms.cmake:{number}", f"tools/checking/house.py does not know the headers of {library}")
                starts += HEADERS_OF.get(library, ())
            self.keeps[match[1]] = tuple(starts)

    def room_of(self, name):
        inside = name.removeprefix("src/")
        fitting = [room for room in self.rooms if inside.startswith(room + "/")]
        return max(fitting, key=len) if fitting else None

    def may_keep(self, room, header):
        starts = self.keeps.get(room.replace("/", "_"), ())
        return bool(starts) and header.startswith(starts)

    def brings(self, name):
        """Third-party headers that whoever includes this file gets to see."""
        return {header for file in tree.reach(name) for _, quoted, header in tree.includes(file)
                if not quoted and third_party(header)}

    def check_includes(self, name):
        room = self.room_of(name)
        if room is None:
            self.fault(name, "stands in no room of ROOMS.txt")
            return
        for number, quoted, header in tree.includes(name):
            where = f"{name}:{number}"
            target = tree.resolve(header) if quoted else None
            if target is None:
                self._check_outside(where, name, room, quoted, header)
            elif target.startswith("test/"):
                if not tree.is_test(name):
                    self.fault(where, f"product code includes {target}, which is for tests")
            else:
                self._check_inside(where, room, target)

    def _check_outside(self, where, name, room, quoted, header):
        if third_party(header):
            if not self.may_keep(room, header):
                self.fault(where, f"<{header}> does not belong in {room}")
        elif header.startswith(FOR_TESTS):
            if not tree.is_test(name):
                self.fault(where, f"product code includes <{header}>, which is for tests")
        elif quoted:
            self.fault(where, f'there is no "{header}", neither under src/ nor from the root')

    def _check_inside(self, where, room, target):
        other = self.room_of(target)
        if other is None:
            self.fault(where, f"{target} stands in no room of ROOMS.txt")
        elif other != room:
            if other not in self.rooms[room]:
                self.fault(where, f"{room} may not include {target}: ROOMS.txt does not name {other} on its line")
            for header in sorted(self.brings(target)):
                self.fault(where, f"{target} shows <{header}> to {room}; a header that other rooms read keeps it to itself")

    def check_words(self, name):
        for number, line in enumerate(tree.lines(name), 1):
            if re.search(r"\bco_(await|return|yield)\b", line.split("//")[0]):
                self.fault(f"{name}:{number}", "coroutines are refused: g++ 12 miscompiles them into memory corruption")

    def check_header(self, name):
        """That a header can be included twice, and that its own source file includes it before anything else: so who compiles that
        file without precompiled headers, as clang-tidy does, compiles the header alone."""
        if not any(re.match(r"#pragma once$|#ifndef \w+_H$", line) for line in tree.lines(name)):
            self.fault(name, "says neither `#pragma once` nor has it a guard")
        own = name.removesuffix(".h") + ".cc"
        if own in tree.files() and [tree.resolve(header) for _, _, header in tree.includes(own)][:1] != [name]:
            self.fault(own, f"includes something else before {name.removeprefix('src/')}")

    def check_length(self, name):
        if len(tree.lines(name)) > LONGEST_FILE:
            self.fault(name, f"{len(tree.lines(name))} lines; the longest that is allowed is {LONGEST_FILE}")

    def check_recipe(self, name):
        for number, line in enumerate(tree.lines(name), 1):
            if re.search(r"(?<![\w.}])/(tmp|home|root|work)/", line):
                self.fault(f"{name}:{number}", "a build recipe names a folder of one machine; a clone elsewhere has none")

    def check_readme(self, room):
        folder = room if room in tree.PRODUCT else "src/" + room
        if not any(name.startswith(folder + "/") for name in tree.files()):
            return
        name = folder + "/README.md"
        if name not in tree.files():
            self.fault(name, "missing: each room says in at most 25 lines what it owns, refuses to know and talks to")
        elif len(tree.lines(name)) > LONGEST_README:
            self.fault(name, f"{len(tree.lines(name))} lines; a room says it in {LONGEST_README}")

    def check(self):
        code = tree.under(*tree.PRODUCT)
        for name in code:
            self.check_includes(name)
            self.check_words(name)
            if name.endswith(".h"):
                self.check_header(name)
        for name in tree.under(*tree.PRODUCT, "web", ends=LENGTH_COUNTS):
            self.check_length(name)
        for name in tree.files():
            if name.endswith((".cmake", "CMakeLists.txt", "CMakePresets.json")):
                self.check_recipe(name)
        for room in self.rooms:
            self.check_readme(room)
        return self.faults

    def figures(self):
        code = tree.under(*tree.PRODUCT)
        product = [name for name in code if not tree.is_test(name)]
        lengths = {name: len(tree.lines(name)) for name in product}
        longest = max(lengths, key=lengths.get, default="none")
        seen_by_doors = {header for name in product if name.startswith("src/doors/") for header in self.brings(name)}
        tests = [name for name in tree.files() if tree.is_test(name) and name.endswith((".cc", ".mjs"))]
        words = "\n".join("\n".join(tree.lines(name)) for name in tests)
        attacks = {int(number) for number in re.findall(r"\battack_0*(\d{1,3})", words)}
        rows = set(re.findall(r"\brow_((?:SX|TK|GL|AR|PA)\d+)", words))
        lived_in = sum(1 for room in self.rooms if any(self.room_of(name) == room for name in product))
        return [
            f"{len(product)} files of product code, {sum(lengths.values())} lines; median {_median(lengths)}, "
            f"longest {lengths.get(longest, 0)} ({longest})",
            f"{len(self.rooms)} rooms, {lived_in} with code; {len(self.faults)} faults; "
            f"{len(seen_by_doors)} third-party headers that a door sees",
            f"{len(tests)} files of tests, {sum(len(tree.lines(name)) for name in tests)} lines; they name "
            f"{len(attacks)} attack rows and {len(rows)} ledger rows",
        ]


def _median(lengths):
    return int(statistics.median(lengths.values())) if lengths else 0

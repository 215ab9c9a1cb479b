"""Stages that look at the source without running it: format, rooms, headers, tidy."""

import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import tree
from build import build
from house import House
from run import LOGS, Outcome, failed, passed, run

# Seconds for one file; a file that includes all of Boost.Beast takes about one minute on a slow machine.
TIDY_LIMIT = 300


def format_stage(options):
    names = tree.under(*tree.PRODUCT, "test", "bench", "fuzz")
    ran = run(["clang-format", "--dry-run", "--Werror", *names], "format", 300)
    if ran.ok:
        return passed(f"{len(names)} files")
    wrong = sorted(set(re.findall(r"^([^\s:]+):\d+:\d+: error: code should be clang-formatted", ran.text, re.M)))
    return failed(*(wrong or ran.tail()), f"mend with: clang-format -i {' '.join(wrong)}")


def rooms_stage(options):
    house = House()
    faults = house.check()
    return failed(*faults) if faults else passed(f"{len(house.rooms)} rooms")


def figures_stage(options):
    house = House()
    house.check()
    return Outcome(notes=house.figures())


def headers_stage(options):
    return build("dev", "lanyard_headers")


def tidy_stage(options):
    """clang-tidy over every source file that is not a test. A clean verdict is remembered under build/check/tidy by a
    hash of the file, of all it includes from this tree and of .clang-tidy, so that only what changed is read again."""
    names = [name for name in tree.under(*tree.PRODUCT, ends=(".cc",)) if not tree.is_test(name)]
    memory = LOGS / "tidy"
    memory.mkdir(parents=True, exist_ok=True)
    waiting = [(name, memory / _fingerprint(name)) for name in names]
    waiting = [(name, mark) for name, mark in waiting if not mark.exists()]
    outcome = Outcome(passed=len(names) - len(waiting), notes=[f"{len(names)} files, {len(waiting)} read anew"])
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for (name, mark), ran in zip(waiting, pool.map(_tidy, [name for name, _ in waiting])):
            if ran.ok:
                outcome.passed += 1
                mark.touch()
            else:
                found = re.findall(r"^\S+:\d+:\d+: (?:warning|error): .*$", ran.text, re.M)
                found = [line.removeprefix(str(tree.ROOT) + "/") for line in dict.fromkeys(found)]
                outcome.add(failed(*(found or ran.tail(20))))
    return outcome


def _tidy(name):
    flags = ["-std=c++20", "-Isrc", "-I.", "-isystem/usr/include/postgresql", "-DBOOST_ASIO_NO_DEPRECATED", "-DBOOST_ALL_NO_LIB", "-Wno-everything"]
    return run(["clang-tidy", "--quiet", name, "--", *flags], "tidy-" + name.replace("/", "-"), TIDY_LIMIT)


def _fingerprint(name):
    parts = [json.dumps([part, (tree.ROOT / part).read_text(errors="replace")]) for part in sorted(tree.reach(name))]
    parts.append((tree.ROOT / ".clang-tidy").read_text())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

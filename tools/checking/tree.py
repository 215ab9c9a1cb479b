"""The tree as the checks see it: which files there are, and who includes whom."""

import functools
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = (".cc", ".h")
PRODUCT = ("src", "lib", "cli")  # folders that hold rooms
_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


@functools.cache
def files():
    """Everything that git tracks or would track, as paths relative to the root."""
    # The clone may belong to somebody else than who runs the checks, as in many build containers.
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


def under(*folders, ends=CODE):
    return [name for name in files() if name.endswith(ends) and name.split("/")[0] in folders]


@functools.cache
def lines(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines()


@functools.cache
def includes(name):
    """(line number, quoted?, header as written) of each include."""
    found = []
    for number, line in enumerate(lines(name), 1):
        match = _INCLUDE.match(line)
        if match:
            found.append((number, match[1] == '"', match[2]))
    return found


@functools.cache
def resolve(header):
    """A quoted include is written from src/ or from the root; None when there is no such file."""
    for name in ("src/" + header, header):
        if (ROOT / name).is_file():
            return name
    return None


@functools.cache
def reach(name):
    """The file and all files of this tree that it includes, directly or through others."""
    seen, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        waiting += [target for _, quoted, header in includes(current) if quoted and (target := resolve(header))]
    return frozenset(seen)


@functools.cache
def _includers():
    found = {}
    for name in under(*PRODUCT, "test"):
        for _, quoted, header in includes(name):
            if quoted and (target := resolve(header)):
                found.setdefault(target, set()).add(name)
    return found


@functools.cache
def is_test(name):
    """A test, or a header of a room that only tests include."""
    if name.endswith("_test.cc") or name.startswith("test/"):
        return True
    includers = _includers().get(name) if name.endswith(".h") else None
    return bool(includers) and all(other != name and is_test(other) for other in includers)

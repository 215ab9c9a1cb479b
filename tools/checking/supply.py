"""What is shipped: how the programs were hardened, what they are made of, how far the unit locks them in, and whether two
builds give the same bytes."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import tree
from build import build
from run import Outcome, failed, passed, run, skipped

PROGRAMS = ["lanyardd", "lanyard"]
LIBRARY = "liblanyard.so.0"
UNIT = "packaging/systemd/lanyardd.service"
MOST_EXPOSED = 1.5  # of 10, in the words of systemd-analyze security


def supply_stage(options):
    built = build("release")
    if built.failed:
        return failed(*built.trouble)
    outcome = Outcome()
    release = tree.ROOT / "build" / "release"
    for name in [*PROGRAMS, LIBRARY]:
        outcome.add(_hardening(release / name))
    outcome.add(_branch_targets(release))
    outcome.add(_exposure())
    outcome.add(_sbom())
    return outcome


def reproducible_stage(options):
    """Builds twice, in folders of different names and without a cache, and compares what comes out."""
    hashes = []
    with tempfile.TemporaryDirectory(prefix="lanyard-twice-") as work:
        for name in ("first", "second-and-longer"):
            source = Path(work) / name / "lanyard"
            shutil.copytree(tree.ROOT, source, ignore=shutil.ignore_patterns("build", "node_modules", ".git"))
            ran = run(["cmake", "--preset", "release"], f"twice-configure-{name}", 300, cwd=source)
            if ran.ok:
                ran = run(["cmake", "--build", "--preset", "release", "--parallel", str(os.cpu_count() or 2)],
                          f"twice-{name}", 3600, {"CCACHE_DISABLE": "1"}, cwd=source)
            if not ran.ok:
                return failed(f"the {name} of two builds:", *ran.tail())
            hashes.append({file: _hash(source / "build" / "release" / file) for file in [*PROGRAMS, LIBRARY]})
    differing = [file for file in hashes[0] if hashes[0][file] != hashes[1][file]]
    if differing:
        return failed(*(f"{file}: two builds of one source differ" for file in differing))
    return passed(*(f"{file} {digest}" for file, digest in hashes[0].items()))


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _readelf(path, *flags):
    return subprocess.run(["readelf", "-W", *flags, path], capture_output=True, text=True, check=True).stdout


def _hardening(path):
    """What the flags of cmake/flags.cmake promise, read from the file itself."""
    if not path.exists():
        return failed(f"{path.name} was not built")
    segments, dynamic = _readelf(path, "-l"), _readelf(path, "-d")
    symbols = _readelf(path, "--dyn-syms")
    is_library = ".so" in path.name
    rules = {
        "position independent": re.search(r"Elf file type is DYN", segments) and (is_library or re.search(r"FLAGS_1.*\bPIE\b", dynamic)),
        "RELRO": "GNU_RELRO" in segments,
        "bound at the start": re.search(r"FLAGS.*\b(BIND_NOW|NOW)\b", dynamic),
        "stack not executable": re.search(r"GNU_STACK\s.*\sRW\s", segments),
        "no segment both written and executed": not re.search(r"LOAD\s.*\sRWE\s", segments),
        "no text relocations": "TEXTREL" not in dynamic,
        "no search path of its own": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
        "stack protector": "__stack_chk_fail" in symbols,
        "fortified": re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols),
    }
    missing = [rule for rule, holds in rules.items() if not holds]
    if missing:
        return failed(*(f"{path.name}: {rule}: no" for rule in missing))
    return passed(f"{path.name}: {', '.join(rules)}")


def _branch_targets(release):
    """Intel CET: each of our objects is marked. The whole program is not, since the start files of Debian 12 are not."""
    if os.uname().machine != "x86_64":
        return skipped("branch targets", "CET is a matter of x86-64")
    unmarked, count = [], 0
    for archive in sorted(release.glob("liblanyard_*.a")):
        for member in _readelf(archive, "-n").split("\nFile: ")[1:]:
            count += 1
            if not re.search(r"x86 feature:.*IBT.*SHSTK", member):
                unmarked.append(member.splitlines()[0])
    if unmarked or not count:
        return failed(*(f"{name}: branch targets (IBT) and shadow stack (SHSTK) are not marked" for name in unmarked[:10]),
                      *([] if count else ["no archive of ours was found"]))
    return passed(f"branch targets and shadow stack marked in {count} objects")


def _exposure():
    if not shutil.which("systemd-analyze"):
        return failed("systemd-analyze is not in PATH: tools/install-packages check")
    ran = run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT], "exposure", 60)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", ran.text)
    if not found:
        return failed(f"{UNIT}: no level was said", *ran.tail())
    if float(found[1]) > MOST_EXPOSED:
        return failed(f"{UNIT}: exposure {found[1]}, more than {MOST_EXPOSED}", *ran.tail())
    return passed(f"exposure of the unit {found[1]} of 10")


def _sbom():
    """That the list can be made and names what the programs load."""
    ran = run(["tools/sbom"], "sbom", 600)
    if not ran.ok:
        return failed(*ran.tail())
    try:
        document = json.loads(ran.text)
    except ValueError as problem:
        return failed(f"tools/sbom: {problem}")
    names = {package["name"] for package in document["packages"]}
    wanted = {"lanyard", "libssl3", "libsqlite3-0", "libpq5", "libstdc++6", "libc6"}
    absent = sorted(wanted - names)
    return failed(f"tools/sbom does not name {', '.join(absent)}") if absent else passed(f"SBOM of {len(names)} packages")

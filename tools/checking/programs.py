"""Stages that run what was built: build, unit, conformance, sanitizers, e2e."""

import hashlib
import os
import re
import shutil
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor

import tree
from build import build
from run import LOGS, Outcome, failed, run, skipped

# The suites that run one set of tests on every database (LANYARD_ON_EVERY_DATABASE in test/support/databases.h), counted
# apart. They start a PostgreSQL of their own.
ON_EVERY_DATABASE = "databases/*"
UNIT_LIMIT = 900
E2E_LIMIT = 600
FAULTS_LIMIT = 7200
E2E = tree.ROOT / "test" / "e2e"
# These take times, or break what others need.
ALONE = {"attacks_house.test.mjs", "attacks_http.test.mjs", "differential.test.mjs", "issuers.test.mjs", "office_kills.test.mjs",
         "replicas.test.mjs"}
FAULTS = tree.ROOT / "test" / "faults"  # the same kind of test, of what breaks around a server
# Of those that would go alone: a minute each, in which they wait for time limits and keep no core busy.
WAITING = {"postgres.test.mjs", "upstreams.test.mjs"}


def build_stage(options):
    return build("dev" if options.fast else "release")


def unit_stage(options):
    return _gtest("dev", f"-{ON_EVERY_DATABASE}", "unit")


def conformance_stage(options):
    return _gtest("dev", ON_EVERY_DATABASE, "conformance")


def asan_stage(options):
    return _gtest("asan", "*", "asan", {"UBSAN_OPTIONS": "print_stacktrace=1"})


def tsan_stage(options):
    return _gtest("tsan", "*", "tsan", {"TSAN_OPTIONS": "second_deadlock_stack=1"})


def _gtest(preset, pattern, name, env=None):
    if not any(file.endswith("_test.cc") for file in tree.files()):
        return skipped(name, "there are no unit tests")
    built = build(preset, "lanyard_unit")
    if built.failed:
        return failed(*built.trouble)
    shards = os.cpu_count() or 2
    with ThreadPoolExecutor(shards) as pool:
        outcomes = pool.map(lambda shard: _gtest_shard(preset, pattern, name, env or {}, shard, shards), range(shards))
    whole = Outcome()
    for outcome in outcomes:
        whole.add(outcome)
    if not (whole.passed or whole.failed or whole.skipped):
        return skipped(name, f"no test fits {pattern}")
    return whole


def _gtest_shard(preset, pattern, name, env, shard, shards):
    report = LOGS / f"{name}-{shard}.xml"
    report.unlink(missing_ok=True)
    ran = run([tree.ROOT / "build" / preset / "test" / "lanyard_unit", f"--gtest_filter={pattern}",
               f"--gtest_output=xml:{report}"], f"{name}-{shard}", UNIT_LIMIT,
              {**env, "GTEST_TOTAL_SHARDS": str(shards), "GTEST_SHARD_INDEX": str(shard)})
    outcome = Outcome()
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except (OSError, xml.ParseError):  # it crashed, or took too long
        return failed(*ran.tail(80))
    for case in cases:
        title = f"{case.get('classname')}.{case.get('name')}"
        faults = case.findall("failure")
        if faults:
            outcome.add(failed(f"{title}:", *"\n".join(fault.get("message") or "" for fault in faults).splitlines()[:40]))
        elif case.get("result") == "skipped":
            reason = case.find("skipped")
            text = (reason.get("message") if reason is not None else "") or "no reason given"
            outcome.add(skipped(title, text.splitlines()[-1].strip()))
        elif case.get("status") == "run":
            outcome.passed += 1
    if not ran.ok and not outcome.failed:  # a sanitizer's report, or a crash at the end
        outcome.add(failed(*ran.tail(80)))
    return outcome


def e2e_stage(options):
    """Each file of test/e2e and test/faults in a process of its own. They start whole servers and wait much, for intervals that
    protocols prescribe, so three go at a time; what takes times or breaks things goes alone, or beside another one that waits."""
    names = [*sorted(E2E.glob("*.test.mjs")), *sorted(FAULTS.glob("*.test.mjs"))]
    if options.fast:
        names = [name for name in names if name.name == "smoke.test.mjs"]
    if not names:
        return skipped("e2e", "there are no tests in test/e2e")
    preset = "dev" if options.fast else "release"
    trouble = _prepare([(preset, target) for target in (["all"] if options.fast else ["all", "lanyard_test_programs"])])
    if trouble is not None:
        return trouble
    env = {"LANYARD_BUILD": f"build/{preset}"}
    waiting = [name for name in names if name.name in WAITING]
    alone = [name for name in names if name not in waiting and (name.parent == FAULTS or name.name in ALONE)]
    together = [name for name in names if name not in waiting and name not in alone]
    outcome = Outcome()
    for at_once, chosen in ((3, together), (2, waiting), (1, alone)):
        with ThreadPoolExecutor(at_once) as pool:
            for one in pool.map(lambda name: _node(name, env), chosen):
                outcome.add(one)
    return outcome


def faults_stage(options):
    """The long versions of test/faults, an hour or two: each ends well only when nothing that was acknowledged was lost."""
    trouble = _prepare([("release", "all"), ("release", "lanyard_test_programs"), ("dev", "lanyard_unit")])
    if trouble is not None:
        return trouble
    kills = ["node", FAULTS / "kills.mjs", "--kills", "1000", "--database"]
    unit = tree.ROOT / "build" / "dev" / "test" / "lanyard_unit"
    works = [
        ("kills-sqlite", [*kills, "sqlite"], {}),
        ("kills-postgresql", [*kills, "postgresql"], {}),
        ("power", [unit, "--gtest_filter=PowerCut.*"], {"FAULTS_CUTS": "10000"}),
        ("dawdlers", ["node", "--test", FAULTS / "slow.test.mjs"], {"FAULTS_CONNECTIONS": "10000"}),
        ("memory", ["node", "--test", FAULTS / "memory.test.mjs"], {"FAULTS_CONNECTIONS": "1000", "FAULTS_ROUNDS": "8"}),
        ("upstreams", ["node", "--test", FAULTS / "upstreams.test.mjs"], {"FAULTS_LONG": "1"}),
        ("flapping", ["node", "--test", FAULTS / "flapping.test.mjs"], {"FAULTS_SECONDS": "30"}),
        ("cluster", ["node", FAULTS / "ha.mjs"], {}),
    ]
    outcome = Outcome()
    for name, command, env in works:
        # The unit tests refuse variables of ours that they do not know.
        where = {} if command[0] == unit else {"LANYARD_BUILD": "build/release"}
        ran = run(command, f"faults-{name}", FAULTS_LIMIT, {**where, **env})
        outcome.add(Outcome(passed=1) if ran.ok else failed(f"{name}:", *ran.tail(40)))
        outcome.notes.append(f"{name} {ran.seconds:.0f} s")
    return outcome


def _prepare(targets):
    """Builds these and installs the packages of test/e2e. None when all is well."""
    for preset, target in targets:
        built = build(preset, target)
        if built.failed:
            return failed(*built.trouble)
    return _install()


def _install():
    """npm ci, unless what is installed is what the lock file says. None when all is well."""
    node = shutil.which("node")
    if not node:
        return failed("node is not in PATH: tools/install-packages e2e")
    version = run([node, "--version"], "node-version", 10).text.strip()
    if int(re.match(r"v?(\d+)", version + "0")[1]) < 18:
        return failed(f"{node} is {version}; 18 or newer is needed")
    lock = hashlib.sha256((E2E / "package-lock.json").read_bytes()).hexdigest()
    mark = E2E / "node_modules" / ".lanyard-lock"
    if mark.exists() and mark.read_text() == lock:
        return None
    ran = run(["npm", "ci", "--ignore-scripts"], "npm-ci", 600, cwd=E2E)
    if not ran.ok:
        return failed(*ran.tail())
    mark.write_text(lock)
    return None


def _node(path, env):
    ran = run(["node", "--test", "--test-reporter=tap", path], f"e2e-{path.name}", E2E_LIMIT, env)
    counts = {word: int(number) for word, number in re.findall(r"^# (\w+) (\d+)$", ran.text, re.M)}
    outcome = Outcome(passed=counts.get("pass", 0), failed=counts.get("fail", 0) + counts.get("cancelled", 0))
    for title, kind, reason in re.findall(r"^\s*ok \d+ - (.*?) # (SKIP|TODO)\b ?(.*)$", ran.text, re.M):
        outcome.skipped.append((f"{path.name}: {title}", reason or kind.lower()))
    if outcome.failed:
        # Of a file that did not even load, the reason stands in the comments.
        whole_file = re.search(r"^ +exitCode: ", ran.text, re.M)
        outcome.trouble += [f"{path.name}:", *([] if whole_file else _of_failures(ran.text)), *ran.tail(60 if whole_file else 0)]
    elif not ran.ok or not counts:
        outcome.add(failed(f"{path.name}:", *ran.tail(60)))
    outcome.notes.append(f"{path.name} {ran.seconds:.1f} s")
    return outcome


def _of_failures(text):
    """The lines of TAP that belong to tests that failed."""
    kept, inside = [], False
    for line in text.splitlines():
        if re.match(r"\s*not ok \d+", line):
            inside = True
        elif re.match(r"\s*(ok \d+|# |\d+\.\.\d+)", line):
            inside = False
        if inside:
            kept.append(line)
    return kept[:120]

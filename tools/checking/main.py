"""The one test command: see tools/check --help."""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Callable

sys.dont_write_bytecode = True

import docs  # noqa: E402
import fuzzing  # noqa: E402
import programs  # noqa: E402
import source  # noqa: E402
import supply  # noqa: E402
from run import Outcome, failed  # noqa: E402
from tree import ROOT  # noqa: E402


@dataclass
class Stage:
    name: str
    what: str
    work: Callable
    fast: bool
    groups: tuple = ()  # of tools/packages.txt, besides build and check
    long: bool = False  # only when it is named, or with --long
    again: bool = False  # a full run does the same under a sanitizer, so only when it is named, or with --fast


def packages_stage(options):
    """Installs what the chosen stages need. Counts nothing: having packages is not a test."""
    groups = ["build", "check", *sorted({group for stage in options.chosen for group in stage.groups})]
    # Its words are shown as they come: on a fresh machine this is the longest wait of all.
    done = subprocess.run(["tools/install-packages", *groups], cwd=ROOT, check=False)
    return Outcome() if done.returncode == 0 else failed("tools/install-packages: see above")


STAGES = [
    Stage("packages", "installs the Debian packages that are missing (as root, or with sudo)", packages_stage, True),
    Stage("format", "clang-format has nothing to change", source.format_stage, True),
    Stage("rooms", "every include against ROOMS.txt, lengths, coroutines, READMEs", source.rooms_stage, True),
    Stage("build", "release, warnings are errors (--fast: dev)", programs.build_stage, True),
    Stage("headers", "each header compiles alone (tidy sees to those whose source file includes them first)", source.headers_stage, False),
    Stage("unit", "the unit tests (a full run has them in asan and tsan)", programs.unit_stage, True, again=True),
    Stage("conformance", "the tests that run on every database (a full run has them in asan and tsan)", programs.conformance_stage, True, again=True),
    Stage("tidy", "clang-tidy, of files whose last clean verdict is out of date", source.tidy_stage, False),
    Stage("asan", "unit and conformance tests under the address and undefined-behaviour sanitizers", programs.asan_stage, False,
          ("clang",)),
    Stage("tsan", "unit and conformance tests under the thread sanitizer", programs.tsan_stage, False),
    Stage("fuzz", f"each fuzz target for {fuzzing.LONG_SECONDS} seconds under libFuzzer (unit and asan replay the corpora)",
          fuzzing.fuzz_stage, False, ("clang",), long=True),
    Stage("e2e", "whole servers between foreign software, test/e2e (--fast: smoke.test.mjs)", programs.e2e_stage, True, ("e2e",)),
    Stage("faults", "a thousand kills on each database, ten thousand power cuts, a cluster that loses its leader", programs.faults_stage,
          False, ("e2e", "faults"), long=True),
    Stage("docs", "links, commands marked `sh run`, the reference, the examples, a test for each attack", docs.docs_stage, False),
    Stage("supply", "hardening of what is shipped, the unit's exposure, the list of parts (SPDX)", supply.supply_stage, False),
    Stage("reproducible", "two builds in two folders give the same bytes", supply.reproducible_stage, False, long=True),
    Stage("figures", "prints the figures of the house", source.figures_stage, True),
]
GROUPS_OF_STAGES = {"sanitizers": ["asan", "tsan"]}


def parse():
    names = "\n".join(f"  {stage.name:<12} {'long' if stage.long else 'fast' if stage.fast else '    '}  {stage.what}" for stage in STAGES)
    parser = argparse.ArgumentParser(
        prog="tools/check", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs the checks of this tree, all of them or the stages named, in this order:\n\n" + names +
        "\n\n`sanitizers` stands for asan and tsan. Logs of what ran are in build/check/.\n"
        "The last line is `N passed, N failed, N skipped`; the exit code is 0 only when something passed and nothing failed.")
    parser.add_argument("--fast", action="store_true", help="only the stages marked fast, about a minute on a warm tree")
    parser.add_argument("--long", action="store_true", help="the stages marked long too, which take hours together")
    parser.add_argument("stage", nargs="*", help="run these alone")
    options = parser.parse_args()
    asked = [name for word in options.stage for name in GROUPS_OF_STAGES.get(word, [word])]
    unknown = [name for name in asked if name not in {stage.name for stage in STAGES}]
    if unknown:
        parser.error(f"there is no stage {' '.join(unknown)}; there are {' '.join(stage.name for stage in STAGES)} sanitizers")
    options.chosen = [stage for stage in STAGES if (stage.name in asked if asked else _is_due(stage, options))]
    return options


def _is_due(stage, options):
    if stage.long:
        return options.long
    return stage.fast if options.fast else not stage.again


def run_stage(stage, options):
    if sys.stdout.isatty():
        print(f"{stage.name} …", end="\r", flush=True)
    began = time.monotonic()
    try:
        outcome = stage.work(options)
    except Exception as problem:  # a fault of the checks themselves must not look like a pass
        outcome = failed(f"{type(problem).__name__}: {problem}")
    seconds = time.monotonic() - began
    for what, why in outcome.skipped:
        print(f"  skipped: {what}: {why}")
    if outcome.failed:
        print(f"  ---- {stage.name} failed")
        for line in outcome.trouble:
            print("  " + line)
        print("  ----")
    counts = f"{outcome.passed} passed, {outcome.failed} failed, {len(outcome.skipped)} skipped"
    few = len(outcome.notes) == 1
    print(f"{stage.name:<12} {seconds:7.1f} s  {counts}" + (f"  ({outcome.notes[0]})" if few else ""), flush=True)
    for line in [] if few else outcome.notes:
        print("  " + line)
    return outcome


def main():
    options = parse()
    whole = Outcome()
    began = time.monotonic()
    for stage in options.chosen:
        outcome = run_stage(stage, options)
        whole.add(outcome)
        if stage.name == "packages" and outcome.failed:
            break
    print(f"{'all':<12} {time.monotonic() - began:7.1f} s")
    print(f"{whole.passed} passed, {whole.failed} failed, {len(whole.skipped)} skipped")
    return 0 if whole.passed and not whole.failed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")

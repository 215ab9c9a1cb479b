"""Builds the libFuzzer programs of fuzz/targets and runs them: by hand through tools/fuzz, and as a stage of tools/check."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True

import tree  # noqa: E402
from build import build  # noqa: E402
from run import Outcome, failed, passed  # noqa: E402

FUZZ = tree.ROOT / "fuzz"
WORK = tree.ROOT / "build" / "fuzz" / "runs"  # corpora that grow, logs, crashes, results
PAGE = tree.ROOT / "docs" / "reference" / "figures" / "fuzzing.md"
LONG_SECONDS = 30  # a target, in tools/check --long
MOST_BYTES = 4096  # of an input; the limits that the targets set themselves lie below
KEPT_BYTES = 1024  # of an input that is kept in fuzz/corpus
KEPT_FILES = 40


def targets():
    return sorted(path.stem for path in (FUZZ / "targets").glob("*.cc"))


def fuzz_stage(options):
    built = build("fuzz", "lanyard_fuzz")
    if built.failed:
        return built
    outcome = Outcome()
    for name in targets():
        result = fuzz(name, LONG_SECONDS)
        outcome.add(failed(*result["crash"]) if result["crash"] else passed(says(name, result)))
    return outcome


def fuzz(name, seconds, hanging=10):
    """Runs one target, from the same seed each time, and adds what happened to its results."""
    work = WORK / name
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    dictionary = FUZZ / "dictionaries" / f"{name}.dict"
    command = [program(name), "-seed=1", f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", f"-timeout={hanging}", "-rss_limit_mb=2048",
               f"-artifact_prefix={work}/", "-print_final_stats=1", *([f"-dict={dictionary}"] if dictionary.exists() else []),
               work / "corpus", FUZZ / "corpus" / name]
    began, spent = time.monotonic(), spent_by_children()
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, errors="replace")
    run = {"executions": 0, "coverage": 0, "features": 0, "last_new": 0.0, "curve": []}
    crash, text = [], []
    for line in child.stderr:
        text.append(line)
        at = time.monotonic() - began
        if match := re.match(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+)", line):
            run["executions"] = int(match[1])
            if int(match[2]) > run["coverage"]:
                run["coverage"], run["last_new"] = int(match[2]), at
                run["curve"].append([run["executions"], run["coverage"]])
            run["features"] = max(run["features"], int(match[3]))
        elif re.search(r"what\(\):|ERROR: |runtime error:|Test unit written to", line):
            crash.append(line.strip())
    code = child.wait()
    run["seconds"] = time.monotonic() - began
    run["core_seconds"] = spent_by_children() - spent
    (work / "log").write_text("".join(text))
    results = work / "results.json"
    runs = json.loads(results.read_text()) if results.exists() else []
    results.write_text(json.dumps([*runs, run]))
    if code != 0:
        crash = [f"{name}:", *(crash or text[-20:]), "mend it, and put the input into fuzz/corpus/" + name]
    return {**run, "crash": crash if code != 0 else []}


def spent_by_children():
    """Processor seconds of the programs that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def program(name):
    return tree.ROOT / "build" / "fuzz" / "fuzz" / f"fuzz_{name}"


def says(name, result):
    return (f"{name}: {result['executions']} executions in {result['seconds']:.0f} s, {result['coverage']} edges, "
            f"the last new one after {result['last_new']:.0f} s")


def keep(name):
    """Puts the fewest inputs that reach all that was reached into fuzz/corpus, beside the seeds."""
    kept = FUZZ / "corpus" / name
    with tempfile.TemporaryDirectory() as folder:
        command = [program(name), "-set_cover_merge=1", f"-max_len={KEPT_BYTES}", folder, kept, WORK / name / "corpus"]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        new = [path for path in Path(folder).iterdir() if not (kept / path.name).exists()]
        known = {path.read_bytes() for path in kept.iterdir()}
        new = sorted((path for path in new if path.read_bytes() not in known), key=lambda path: path.stat().st_size)
        room = KEPT_FILES - len(list(kept.iterdir()))
        for path in new[:max(room, 0)]:
            shutil.copyfile(path, kept / path.name)
    return f"{name}: {len(list(kept.iterdir()))} inputs kept"


def halfway(runs):
    """The edges that were reached when half of all executions were done; each run begins with what those before it left. None where
    that lies inside a run of which only the end is known."""
    half, done, coverage = sum(run["executions"] for run in runs) / 2, 0, 0
    for run in runs:
        if done + run["executions"] > half and "curve" not in run:
            return None
        for executions, edges in [*run.get("curve", []), [run["executions"], run["coverage"]]]:
            if done + executions > half:
                return coverage
            coverage = max(coverage, edges)
        done += run["executions"]
    return coverage


def report():
    """The page's table, from all runs since build/fuzz was made."""
    rows = []
    for name in targets():
        results = WORK / name / "results.json"
        runs = json.loads(results.read_text()) if results.exists() else []
        if not runs:
            continue
        last = max(runs, key=lambda run: run["coverage"])
        reached = sum(run["seconds"] for run in runs[:runs.index(last)]) + last["last_new"]
        early = halfway(runs)
        late = "" if early is None else f"{last['coverage'] - early} ({100 * (1 - early / last['coverage']):.1f} %)"
        rows.append(f"| `{name}` | {sum(run['executions'] for run in runs):,} | {sum(run['core_seconds'] for run in runs):.1f} | "
                    f"{last['coverage']:,} | {late} | "
                    f"{reached:.0f} of {sum(run['seconds'] for run in runs):.0f} |")
    text = PAGE.read_text()
    table = "\n".join(["| target | executions | core seconds | edges reached | of them in the second half of the executions | "
                       "last new edge, second of the run |", "|---|---:|---:|---:|---:|---|", *rows])
    text = re.sub(r"(<!-- tools/fuzz --report -->\n).*?(<!-- end -->)",
                  lambda match: f"{match[1]}As of {date.today().isoformat()}:\n\n{table}\n\n{match[2]}", text, flags=re.S)
    PAGE.write_text(text)
    return f"{PAGE.relative_to(tree.ROOT)}: {len(rows)} targets"


def main():
    parser = argparse.ArgumentParser(prog="tools/fuzz", description="Builds the fuzz targets and runs them one after the other.")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="for each target (10)")
    parser.add_argument("--timeout", type=int, default=10, metavar="N", help="from when on one input counts as hanging (10); more where the machine pauses")
    parser.add_argument("--keep", action="store_true", help="put the fewest inputs that reach all into fuzz/corpus")
    parser.add_argument("--report", action="store_true", help="write the table of docs/reference/figures/fuzzing.md from what was run so far; runs nothing")
    parser.add_argument("target", nargs="*", help="these alone: " + " ".join(targets()))
    options = parser.parse_args()
    unknown = sorted(set(options.target) - set(targets()))
    if unknown:
        parser.error(f"there is no target {' '.join(unknown)}")
    if options.report:
        print(report())
        return 0
    if subprocess.run(["tools/install-packages", "build", "clang"], cwd=tree.ROOT, check=False).returncode != 0:
        return 1
    chosen = options.target or targets()
    for name in chosen if options.target else ["lanyard_fuzz"]:
        built = build("fuzz", name if name == "lanyard_fuzz" else f"fuzz_{name}")
        if built.failed:
            print("\n".join(built.trouble), file=sys.stderr)
            return 1
    broken = 0
    for name in chosen:
        result = fuzz(name, options.seconds, options.timeout)
        print("\n".join(result["crash"]) if result["crash"] else says(name, result), flush=True)
        broken += bool(result["crash"])
        if options.keep and not result["crash"]:
            print(keep(name))
    return 1 if broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")

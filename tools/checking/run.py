"""Running a command with a log and a limit, and the counts that a stage hands back."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

from tree import ROOT

LOGS = ROOT / "build" / "check"


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: list = field(default_factory=list)  # (what, why)
    trouble: list = field(default_factory=list)  # lines that explain the failures
    notes: list = field(default_factory=list)  # lines worth printing in any case

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.trouble += other.trouble
        self.notes += other.notes
        return self


def passed(*notes):
    return Outcome(passed=1, notes=list(notes))


def failed(*trouble):
    return Outcome(failed=1, trouble=list(trouble))


def skipped(what, why):
    return Outcome(skipped=[(what, why)])


@dataclass
class Ran:
    code: int
    text: str
    seconds: float
    log: object

    @property
    def ok(self):
        return self.code == 0

    def tail(self, count=60):
        """The end of the output, and where all of it is."""
        end = self.text.rstrip().splitlines()[-count:] if count else []
        return end + [f"(exit {self.code}; all of it: {self.log.relative_to(ROOT)})"]


def run(command, log, limit, env=None, cwd=ROOT):
    """Runs the command in a process group of its own, which is killed as a whole when the limit is over or when this
    program is interrupted, so that nothing keeps running."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    began = time.monotonic()
    with open(path, "wb") as out:
        try:
            child = subprocess.Popen([str(word) for word in command], cwd=cwd, env={**os.environ, **(env or {})},
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                     start_new_session=True)
        except OSError as problem:
            out.write(f"{command[0]}: {problem.strerror}\n".encode())
            child = None
        code = 127
        try:
            if child:
                code = child.wait(limit)
        except subprocess.TimeoutExpired:
            code = 124
            out.write(f"\nstopped: not done after {limit} s\n".encode())
        finally:
            if child:
                _kill_group(child)
    return Ran(code, path.read_text(encoding="utf-8", errors="replace"), time.monotonic() - began, path)


def _kill_group(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()

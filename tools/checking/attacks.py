"""Which attack is tried by which test: docs/dev/attack-rows.txt beside the names of the tests. `python3 tools/checking/attacks.py`
prints the reference page."""

import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field

sys.dont_write_bytecode = True

import tree  # noqa: E402
from run import Outcome, failed, passed, skipped  # noqa: E402

ROWS = "docs/dev/attack-rows.txt"
PAGE = "docs/reference/security-rows.md"
_CPP = re.compile(r"\bTEST(?:_[FP])?\(\s*\w+\s*,\s*(\w+)\s*\)")
_NODE = re.compile(r"""(?:^|\s)(?:t\.)?test\(\s*(['"`])(.*?)(?<!\\)\1""", re.M)
_NUMBERS = re.compile(r"attack_((?:\d{3}_?)+)")

HEAD = """# What is tried against it

Each row is an attack with what must come of it; the tests that try it bear its number in their names, such as `attack_053`, and
run with every `tools/check`. What waits for a part that Lanyard does not have yet is said so. This page is written by
`tools/checking/attacks.py` from [the list of rows](../dev/attack-rows.txt) and the tests themselves; how accounts in each state are
turned away at each way in stands in [states and ways in](states-and-ways-in.md).
"""


@dataclass
class Row:
    number: int
    chapter: str
    case: str
    outcome: str
    waits: str = ""
    tests: Counter = field(default_factory=Counter)  # file -> how many

    @property
    def state(self):
        if not self.waits:
            return "tested"
        return f"the rest waits for {self.waits}" if self.tests else f"waits for {self.waits}"


def read_rows():
    rows, faults, chapter = {}, [], ""
    for number, line in enumerate(tree.lines(ROWS), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if match := re.fullmatch(r"== (.+)", line):
            chapter = match[1]
        elif match := re.fullmatch(r"(\d+) (.+) => (.+)", line):
            row = Row(int(match[1]), chapter, match[2], match[3])
            if row.number != len(rows) + 1:
                faults.append(f"{ROWS}:{number}: row {row.number} is not the next one")
            rows[row.number] = row
        elif (match := re.fullmatch(r" waits: (.+)", line)) and rows:
            rows[max(rows)].waits = match[1]
        else:
            faults.append(f"{ROWS}:{number}: neither a row nor what one waits for")
    return rows, faults


def titles(name):
    """Names of the tests of a file. What is commented out or switched off is no test."""
    text = "\n".join(line for line in tree.lines(name) if not line.lstrip().startswith("//"))
    if name.endswith(".mjs"):
        return [match[2] for match in _NODE.finditer(text)]
    return [match[1] for match in _CPP.finditer(text) if not match[1].startswith("DISABLED_")]


def read_tests():
    """number -> file -> how many tests."""
    found = defaultdict(Counter)
    for name in tree.files():
        if not name.endswith(("_test.cc", ".test.mjs")):
            continue
        for title in titles(name):
            for numbers in _NUMBERS.findall(title):
                for number in re.findall(r"\d{3}", numbers):
                    found[int(number)][name] += 1
    return found


def gather():
    rows, faults = read_rows()
    for number, tests in read_tests().items():
        if number in rows:
            rows[number].tests = tests
        else:
            faults.append(f"{min(tests)}: attack_{number:03} is no row of {ROWS}")
    for row in rows.values():
        if not row.tests and not row.waits:
            faults.append(f"{ROWS}: row {row.number} has neither a test nor something that it waits for")
    return rows, faults


def page(rows):
    tested = sum(1 for row in rows.values() if row.tests)
    count = sum(sum(row.tests.values()) for row in rows.values())
    lines = [HEAD, f"{tested} of {len(rows)} rows have tests: {count}, where one that tries several rows counts for each."]
    chapter = None
    for row in rows.values():
        if row.chapter != chapter:
            chapter = row.chapter
            lines += ["", f"## {chapter}", "", "| row | what is tried | what comes of it | tests | state |", "|---|---|---|---|---|"]
        tests = ", ".join(f"[{name.rsplit('/', 1)[1].removesuffix('.test.mjs').removesuffix('_test.cc')}](../../{name})"
                          + (f" {many}" if many > 1 else "") for name, many in sorted(row.tests.items()))
        lines.append(f"| {row.number} | {row.case} | {row.outcome} | {tests} | {row.state} |")
    return "\n".join(lines) + "\n"


def check():
    """The page says what is there, and each row has a test or says what it waits for, which counts as skipped."""
    rows, faults = gather()
    text = page(rows)
    if PAGE not in tree.files() or (tree.ROOT / PAGE).read_text() != text:
        faults.append(f"{PAGE} is not current; write it again: python3 tools/checking/attacks.py > {PAGE}")
    outcome = Outcome().add(failed(*faults) if faults else passed())
    for row in rows.values():
        if row.waits:
            outcome.add(skipped(f"attack row {row.number}: {row.case}", f"waits for {row.waits}"))
    return outcome


if __name__ == "__main__":
    everything, wrong = gather()
    if wrong:
        sys.exit("\n".join(wrong))
    sys.stdout.write(page(everything))

"""The documentation is held to what the programs and the tests do: links, commands, the reference, the examples, the attacks."""

import os
import re
import tempfile
from pathlib import Path

import attacks
import tree
from build import build
from run import Outcome, failed, passed, run, skipped

REFERENCE = "docs/reference/configuration.md"
BLOCK_LIMIT = 300


def docs_stage(options):
    outcome = links().add(attacks.check()).add(_figures())
    blocks = [(name, number, text) for name in _pages() for number, text in _blocks(name)]
    examples = [name for name in tree.files() if re.match(r"examples/.*lanyard[^/]*\.ya?ml$", name)]
    reference = REFERENCE in tree.files()
    if not blocks and not examples and not reference:
        return outcome
    built = build("release")
    if built.failed:
        return outcome.add(failed(*built.trouble))
    for name, number, text in blocks:
        outcome.add(_run_block(name, number, text))
    for name in examples:
        outcome.add(_check_example(name))
    outcome.add(_lint_manuals())
    outcome.add(_compare_reference() if reference else skipped(REFERENCE, "not written yet"))
    return outcome


def _figures():
    ran = run(["tools/figures", "--check"], "docs-figures", 30)
    return passed() if ran.ok else failed(*ran.tail(3))


def _pages():
    return [name for name in tree.files() if name.endswith(".md")]


def links():
    """Every relative link leads to a file, and to a heading of it where it names one."""
    broken, count = [], 0
    for name in _pages():
        for number, line in _prose(name):
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                if re.match(r"[a-z]+:", target):
                    continue
                count += 1
                path, _, anchor = target.partition("#")
                there = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                if not (tree.ROOT / there).exists():
                    broken.append(f"{name}:{number}: {target} leads nowhere")
                elif anchor and there.endswith(".md") and anchor not in _anchors(there):
                    broken.append(f"{name}:{number}: {there} has no heading #{anchor}")
    return failed(*broken) if broken else passed(f"{count} links in {len(_pages())} pages")


def _prose(name):
    """The lines outside fenced blocks, without inline code."""
    fenced = False
    for number, line in enumerate(tree.lines(name), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line)


def _anchors(name):
    headings = (re.match(r"#+ (.*)", line) for line in tree.lines(name))
    return {re.sub(r"[^\w\- ]", "", heading[1].lower()).strip().replace(" ", "-") for heading in headings if heading}


def _blocks(name):
    """(line, text) of each block that opens with ```sh run."""
    began, kept = 0, []
    for number, line in enumerate(tree.lines(name), 1):
        if began and line.strip() == "```":
            yield began, "\n".join(kept)
            began, kept = 0, []
        elif began:
            kept.append(line)
        elif re.fullmatch(r"```sh run", line.strip()):
            began = number


def _environment():
    programs = tree.ROOT / "build" / "release"
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def _run_block(name, number, text):
    """From the root of the tree, in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="lanyard-docs-") as home:
        ran = run(["bash", "-euo", "pipefail", "-c", text], f"docs-{Path(name).stem}-{number}", BLOCK_LIMIT,
                  {**_environment(), "HOME": home})
    return passed() if ran.ok else failed(f"{name}:{number}: this block fails", *ran.tail())


def _check_example(name):
    # The files that the example names for its secrets are the operator's; here the environment stands in for them.
    secret = {"LANYARD_SERVER__SECRET_KEY": os.urandom(32).hex()}
    if "  password_file:" in (tree.ROOT / name).read_text():
        secret["LANYARD_DATABASE__PASSWORD"] = os.urandom(32).hex()
    ran = run(["lanyardd", "config", "check", "--config", name], "docs-example-" + name.replace("/", "-"), 60,
              {**_environment(), **secret})
    return passed() if ran.ok else failed(f"{name}: lanyardd does not accept it", *ran.tail())


def _lint_manuals():
    """The pages were made with the programs; a reader of manual pages finds nothing to complain about."""
    outcome = Outcome()
    for page in ("lanyard.1", "lanyardd.8", "lanyard.yaml.5"):
        ran = run(["mandoc", "-Tlint", "-Wstyle", f"build/release/man/{page}"], f"docs-{page}", 60)
        outcome.add(passed() if ran.ok and not ran.text.strip() else failed(f"{page}:", *ran.tail()))
    return outcome


def _compare_reference():
    ran = run(["lanyardd", "config", "reference"], "docs-reference", 60, _environment())
    if not ran.ok:
        return failed(*ran.tail())
    if ran.text == (tree.ROOT / REFERENCE).read_text():
        return passed()
    return failed(f"{REFERENCE} is not what the program says; write it again: "
                  f"build/release/lanyardd config reference > {REFERENCE}")

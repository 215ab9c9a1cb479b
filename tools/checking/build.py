"""Configuring and building a preset, each target at most once in a run."""

import functools
import os

from run import failed, passed, run

# A cold build of everything on two slow cores, sanitizers included, stays far below this.
LIMIT = 3600


@functools.cache
def configure(preset):
    return run(["cmake", "--preset", preset], f"configure-{preset}", 300)


@functools.cache
def build(preset, target="all"):
    ran = configure(preset)
    if ran.ok:
        jobs = str(os.cpu_count() or 2)
        ran = run(["cmake", "--build", "--preset", preset, "--parallel", jobs, "--target", target],
                  f"build-{preset}-{target}", LIMIT)
    if ran.ok:
        return passed()
    errors = [line for line in ran.text.splitlines() if "error:" in line or line.startswith(("FAILED:", "CMake Error"))]
    return failed(f"{preset}, target {target}:", *errors[:20], *ran.tail(30))

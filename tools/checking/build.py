"""Configuring and building a preset, each target at most once in a run."""

import functools
import os

from run import failed, passed, run

# A cold build of everything on two slow cores, sanitizers included, stays far below this.
LIMIT = 3600


@functools.cache
def configure(preset):
    ran = run(["cmake", "--preset", preset], f"configure-{preset}", 300)
    if ran.ok and "require your cache to be deleted" in ran.text:
        # Of a tree from when the preset named another compiler: CMake begins again, and forgets what else the preset says.
        ran = run(["cmake", "--preset", preset], f"configure-{preset}", 300)
    return ran


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

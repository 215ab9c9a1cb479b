"""A PostgreSQL of our own for the tests of the database room: in a temporary folder, on loopback, gone afterwards."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

# Where tests find it; absent, they skip what needs it. The user may create databases.
VARIABLE = "LANYARD_TEST_POSTGRESQL"


def programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def postgres():
    """Gives the environment for the tests: empty when there is no PostgreSQL, or when one is given from outside."""
    where = programs()
    if os.environ.get(VARIABLE) or where is None:
        yield {}
        return
    folder = tempfile.mkdtemp(prefix="lanyard-postgres-")
    # PostgreSQL refuses to run as root.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"cwd": folder, "check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    control = [*as_user, where / "pg_ctl", "-D", f"{folder}/data", "-w"]
    try:
        subprocess.run([*as_user, where / "initdb", "-D", f"{folder}/data", "-U", "lanyard", "--auth=trust", "--no-sync",
                        "--encoding=UTF8", "--locale=C.UTF-8"], **quiet)
        settings = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([*control, "-l", f"{folder}/log", "-o", settings, "start"], **quiet)
        try:
            yield {VARIABLE: f"postgresql://lanyard@127.0.0.1:{port}/postgres"}
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

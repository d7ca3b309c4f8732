"""`EmulatedAws`: AWS on a local port, and the handle tests hold it by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.core.request import Request

from core.testing.aws_emulator.faults import Denial, Failure, Faults, access_denied
from core.testing.aws_emulator.identity import (
    DEFAULT_ACCOUNT,
    SECRET,
    Identities,
    access_key_of,
)
from core.testing.aws_emulator.server import respond
from core.testing.aws_emulator.wire import AwsError, Call
from core.testing.aws_emulator.world import World
from core.testing.emulated_cloud import EmulatedCloud, Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


# AWS answers it to anybody.
OPEN_TO_ALL = "sts:GetCallerIdentity"


class EmulatedAws(EmulatedCloud[Call]):
    """A strict AWS of one or more accounts, served over HTTP while it is entered."""

    def __init__(
        self, now: datetime, latency_seconds: float = 0.0, port: int = 0
    ) -> None:
        super().__init__(now, latency_seconds, port)
        self.worlds: dict[str, World] = {}
        # AWS's price list, as `price_list.product` shapes it; a text goes out as it is.
        self.products: list[dict[str, Any] | str] = []
        self.faults = Faults()
        self.identities = Identities()
        # GetMetricData gives half of each metric first, marked PartialData.
        self.partial_data = False
        # ListAccounts begins with an empty page that has a token.
        self.empty_pages = False

    def __exit__(self, *raised: Any) -> None:
        """What moto has is the process's; the next emulator begins empty."""
        super().__exit__(*raised)
        BackendDict.reset()

    def respond(self, environ: WSGIEnvironment) -> WSGIApplication:
        return respond(self, Request(environ))

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

    # What goes wrong

    def check_right(self, call: Call) -> None:
        """Refuse what nobody may call, or what the caller's role may not."""
        self.faults.check_denials(call)
        role = call.caller_arn.partition(":assumed-role/")[2].partition("/")[0]
        policy = self.world(call.account_id).policies.get(role)
        if policy is not None and call.name not in {*policy, OPEN_TO_ALL}:
            raise access_denied(call)

    def throttle(self, operation: str, every: int = 1) -> None:
        """Refuses every so-manieth call as too fast; 1: all of them."""
        self.faults.throttles[operation] = Turns(every)

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
            AwsError(code, message, status), Turns(times=times)
        )

    def heal(self) -> None:
        """Removes all faults; pages keep their size."""
        self.faults.clear()
        self.partial_data = False
        self.empty_pages = False

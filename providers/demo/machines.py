"""Every machine the company has, had, or will have, from machines.csv."""

from dataclasses import dataclass
from enum import StrEnum

from providers.demo.company import ACCOUNT_IDS, CLOUD_OF, Cloud, table


class Role(StrEnum):
    """What a machine does, and so how hard it works and when."""

    WEB = "web"
    API = "api"
    WORKER = "worker"
    DATABASE = "database"
    BATCH = "batch"
    BASTION = "bastion"
    OFFICE = "office"  # busy on weekdays only
    OVERSIZED = "oversized"  # never above 20%
    IDLE = "idle"  # forgotten, at 1 to 2%


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine and the days, from the anchor, on which something happened to it.

    `name` identifies it in its account even where the tag Name is missing. `stops`
    are pairs of the day it was stopped and the day it was started again, or None;
    `retyped` is the day it came back as another type. In Azure it is of a resource
    `group`, and since the day `halted` it is off inside, while it stays allocated.
    """

    account_id: str
    region: str
    team: str
    name: str
    instance_type: str
    role: Role
    launched: int
    terminated: int | None
    stops: tuple[tuple[int, int | None], ...]
    retyped: tuple[int, str] | None
    platform: str
    group: str
    halted: int | None

    @property
    def cloud(self) -> Cloud:
        return CLOUD_OF[self.account_id]

    @property
    def is_tagged(self) -> bool:
        """Forgotten machines are those that nobody put a team on."""
        return bool(self.team)

    @property
    def lifecycle(self) -> str:
        """Work that can be repeated runs on spot machines."""
        return "spot" if self.role is Role.BATCH else "on-demand"

    @property
    def disk_gib(self) -> int:
        return 600 if self.role is Role.DATABASE else 80


def _machine(row: dict[str, str]) -> Machine:
    """Parse a line; stops are "-305:-226 -70:" and a new type is "-176:m6i.large"."""
    stops = (pair.split(":") for pair in row["stops"].split())
    day, _, new_type = row["retyped"].partition(":")
    return Machine(
        account_id=ACCOUNT_IDS[row["account"]],
        region=row["region"],
        team=row["team"],
        name=row["name"],
        instance_type=row["instance_type"],
        role=Role(row["role"]),
        launched=int(row["launched"]),
        terminated=_day(row["terminated"]),
        stops=tuple((int(stopped), _day(started)) for stopped, started in stops),
        retyped=(int(day), new_type) if new_type else None,
        platform=row["platform"],
        group=row["group"],
        halted=_day(row["halted"]),
    )


def _day(text: str) -> int | None:
    return int(text) if text else None


MACHINES = tuple(map(_machine, table("machines")))

"""Every machine the company has, had, or will have: plain data."""

from dataclasses import dataclass
from enum import StrEnum

from providers.demo.company import (
    DATA_PLATFORM,
    IRELAND,
    PRODUCTION,
    STAGING,
    SYDNEY,
    VIRGINIA,
)


class Role(StrEnum):
    """What a machine does, and so how hard it works and when."""

    WEB = "web"
    API = "api"
    WORKER = "worker"
    DATABASE = "database"
    BATCH = "batch"
    BASTION = "bastion"
    OFFICE = "office"  # busy on weekdays only
    OVERSIZED = "oversized"  # never above 20 %
    IDLE = "idle"  # forgotten, at 1 to 2 %


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine and the days, from the anchor, on which something happened to it.

    `stops` are pairs of the day it was stopped and the day it was started again, or
    None; `retyped` is the day it came back as another type. `name` identifies it in
    its account even where the tag Name is missing.
    """

    account_id: str
    region: str
    name: str
    instance_type: str
    role: Role
    launched: int
    terminated: int | None = None
    stops: tuple[tuple[int, int | None], ...] = ()
    retyped: tuple[int, str] | None = None
    platform: str = ""
    lifecycle: str = "on-demand"
    disk_gib: int = 50
    team: str = ""

    @property
    def is_tagged(self) -> bool:
        """Forgotten machines are those nobody put a team on."""
        return bool(self.team)


def production() -> tuple[Machine, ...]:
    """The shop: web, api, workers and databases on three continents."""
    account, us, eu, ap = PRODUCTION, VIRGINIA, IRELAND, SYDNEY
    web, api, worker = Role.WEB, Role.API, Role.WORKER
    return (
        Machine(account, us, "shop-web-01", "c6i.xlarge", web, -820, team="shop"),
        Machine(account, us, "shop-web-02", "c6i.xlarge", web, -820, team="shop"),
        Machine(account, us, "shop-web-03", "c6i.xlarge", web, -610, team="shop"),
        Machine(account, us, "shop-web-04", "c6i.xlarge", web, -322, team="shop"),
        Machine(account, us, "shop-web-05", "c6i.xlarge", web, -158, team="shop"),
        Machine(account, us, "shop-web-06", "c6i.xlarge", web, 38, team="shop"),
        Machine(account, us, "shop-api-01", "m6i.xlarge", api, -815, team="shop"),
        Machine(account, us, "shop-api-02", "m6i.xlarge", api, -815, team="shop"),
        Machine(account, us, "shop-api-03", "m6i.xlarge", api, -214, team="shop"),
        Machine(account, us, "order-worker-01", "c6i.large", worker, -700, team="ops"),
        Machine(account, us, "order-worker-02", "c6i.large", worker, -700, team="ops"),
        Machine(account, us, "order-worker-03", "c6i.large", worker, -287, team="ops"),
        Machine(account, us, "order-worker-04", "c6i.large", worker, 96, team="ops"),
        Machine(
            account, us, "mailer", "m4.large", worker, -860, team="ops",
            retyped=(-176, "m6i.large"),
        ),
        Machine(
            account, us, "shop-db-01", "r6i.2xlarge", Role.DATABASE, -818,
            disk_gib=800, team="shop",
        ),
        Machine(
            account, us, "shop-db-02", "r6i.2xlarge", Role.DATABASE, -818,
            disk_gib=800, team="shop",
        ),
        Machine(
            account, us, "search-01", "r6i.xlarge", Role.OVERSIZED, -560,
            disk_gib=300, team="search",
        ),
        Machine(
            account, us, "search-02", "r6i.xlarge", Role.OVERSIZED, -560,
            disk_gib=300, team="search",
        ),
        Machine(
            account, us, "erp", "m5.xlarge", Role.OFFICE, -790,
            platform="windows", disk_gib=200, team="finance",
        ),
        Machine(account, us, "bastion", "t3.micro", Role.BASTION, -850, team="ops"),
        Machine(account, us, "legacy-cms", "m4.large", Role.IDLE, -890),
        Machine(
            account, us, "old-mail-gateway", "t2.medium", Role.IDLE, -890,
            terminated=-247,
        ),
        Machine(account, eu, "shop-web-eu-01", "c6i.large", web, -640, team="shop"),
        Machine(account, eu, "shop-web-eu-02", "c6i.large", web, -640, team="shop"),
        Machine(account, eu, "shop-web-eu-03", "c6i.large", web, -192, team="shop"),
        Machine(account, eu, "shop-api-eu-01", "m6i.large", api, -640, team="shop"),
        Machine(account, eu, "shop-api-eu-02", "m6i.large", api, -88, team="shop"),
        Machine(account, eu, "order-worker-eu", "c6i.large", worker, -633, team="ops"),
        Machine(
            account, eu, "shop-db-eu", "r6i.xlarge", Role.DATABASE, -640,
            disk_gib=500, team="shop",
        ),
        Machine(account, eu, "bastion-eu", "t3.micro", Role.BASTION, -640, team="ops"),
        Machine(account, eu, "promo-microsite", "m5.large", Role.IDLE, -430),
        Machine(account, ap, "shop-web-ap-01", "m5.large", web, -520, team="shop"),
        Machine(account, ap, "shop-web-ap-02", "m5.large", web, -131, team="shop"),
        Machine(account, ap, "shop-api-ap", "m5.large", api, -520, team="shop"),
        Machine(account, ap, "bastion-ap", "t3.micro", Role.BASTION, -520, team="ops"),
    )  # fmt: skip


def staging() -> tuple[Machine, ...]:
    """Test environments, developers' machines, and what was left behind."""
    account, us, eu = STAGING, VIRGINIA, IRELAND
    office, worker = Role.OFFICE, Role.WORKER
    return (
        Machine(account, us, "stage-web-01", "t3.medium", office, -720, team="shop"),
        Machine(account, us, "stage-web-02", "t3.medium", office, -720, team="shop"),
        Machine(account, us, "stage-api", "t3.large", office, -720, team="shop"),
        Machine(
            account, us, "stage-db", "m5.2xlarge", Role.OVERSIZED, -720,
            disk_gib=300, team="shop",
        ),
        Machine(
            account, us, "ci-runner-01", "c6i.xlarge", worker, -540,
            lifecycle="spot", disk_gib=120, team="ops",
        ),
        Machine(
            account, us, "ci-runner-02", "c6i.xlarge", worker, -261,
            lifecycle="spot", disk_gib=120, team="ops",
        ),
        Machine(account, us, "dev-anna", "t3.large", office, -505, team="shop"),
        Machine(
            account, us, "dev-bruno", "t3.large", office, -505, team="shop",
            stops=((-108, -84),),
        ),
        Machine(account, us, "dev-chloe", "t3.large", office, -233, team="search"),
        Machine(
            account, us, "dev-dmitri", "t3.large", office, -470, team="ops",
            terminated=-143,
        ),
        Machine(account, us, "dev-elif", "t3.large", office, 61, team="shop"),
        Machine(
            account, us, "load-test", "t3.xlarge", worker, -455, team="ops",
            stops=((-187, None),), disk_gib=400,
        ),
        Machine(
            account, us, "feature-checkout", "t3.medium", office, -116, team="shop",
            terminated=-52,
        ),
        Machine(account, us, "poc-recommender", "m5.xlarge", Role.IDLE, -480),
        Machine(account, eu, "dev-fiona", "t3.large", office, -412, team="shop"),
        Machine(
            account, eu, "win-test", "t3.large", office, -498, team="finance",
            platform="windows", stops=((-305, -226), (-70, -33)), disk_gib=120,
        ),
    )  # fmt: skip


def data_platform() -> tuple[Machine, ...]:
    """Streams, nightly batches on spot machines, notebooks and reports."""
    account, us, eu, batch = DATA_PLATFORM, VIRGINIA, IRELAND, Role.BATCH
    spot = "spot"
    return (
        Machine(account, us, "airflow", "m6i.large", Role.API, -615, team="data"),
        Machine(
            account, us, "kafka-01", "r6i.large", Role.DATABASE, -600,
            disk_gib=600, team="data",
        ),
        Machine(
            account, us, "kafka-02", "r6i.large", Role.DATABASE, -600,
            disk_gib=600, team="data",
        ),
        Machine(
            account, us, "kafka-03", "r6i.large", Role.DATABASE, -600,
            disk_gib=600, team="data",
        ),
        Machine(
            account, us, "spark-01", "r6i.xlarge", batch, -580, None, (), None, "", spot,
            team="data",
        ),
        Machine(
            account, us, "spark-02", "r6i.xlarge", batch, -580, None, (), None, "", spot,
            team="data",
        ),
        Machine(
            account, us, "spark-03", "r6i.xlarge", batch, -340, -97, (), None, "", spot,
            team="data",
        ),
        Machine(
            account, us, "spark-04", "r6i.xlarge", batch, -97, None, (), None, "", spot,
            team="data",
        ),
        Machine(
            account, us, "spark-05", "r6i.xlarge", batch, 17, None, (), None, "", spot,
            team="data",
        ),
        Machine(account, us, "notebook-01", "m5.xlarge", Role.OFFICE, -440, team="data"),
        Machine(account, us, "notebook-02", "m5.xlarge", Role.OFFICE, -275, team="data"),
        Machine(
            account, us, "reports", "m6i.2xlarge", Role.OVERSIZED, -530,
            disk_gib=200, team="finance",
        ),
        Machine(account, us, "export-2022", "m4.xlarge", Role.IDLE, -880),
        Machine(
            account, eu, "gdpr-archive", "t3.medium", Role.WORKER, -515, team="data",
            stops=((-410, None),), disk_gib=1000,
        ),
        Machine(account, eu, "collector-eu", "c6i.large", Role.WORKER, -515, team="data"),
    )  # fmt: skip


MACHINES = (*production(), *staging(), *data_platform())

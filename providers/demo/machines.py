"""Every machine the company has, had, or will have: plain data."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

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

    `name` identifies it in its account even where the tag Name is missing. `stops`
    are pairs of the day it was stopped and the day it was started again, or None;
    `retyped` is the day it came back as another type.
    """

    account_id: str
    region: str
    team: str
    name: str
    instance_type: str
    role: Role
    launched: int
    terminated: int | None = None
    stops: tuple[tuple[int, int | None], ...] = ()
    retyped: tuple[int, str] | None = None
    platform: str = ""

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


WEB, API, WORKER, DATABASE = Role.WEB, Role.API, Role.WORKER, Role.DATABASE
BATCH, BASTION, OFFICE = Role.BATCH, Role.BASTION, Role.OFFICE
OVERSIZED, IDLE = Role.OVERSIZED, Role.IDLE

# Production: the shop on three continents. The days it grows by a machine are apart.
_shop = partial(Machine, PRODUCTION, VIRGINIA, "shop")
_shop_eu = partial(Machine, PRODUCTION, IRELAND, "shop")
_shop_ap = partial(Machine, PRODUCTION, SYDNEY, "shop")
_search = partial(Machine, PRODUCTION, VIRGINIA, "search")
_ops = partial(Machine, PRODUCTION, VIRGINIA, "ops")
_ops_eu = partial(Machine, PRODUCTION, IRELAND, "ops")
_ops_ap = partial(Machine, PRODUCTION, SYDNEY, "ops")
_finance = partial(Machine, PRODUCTION, VIRGINIA, "finance")
_nobody = partial(Machine, PRODUCTION, VIRGINIA, "")
_nobody_eu = partial(Machine, PRODUCTION, IRELAND, "")

PRODUCTION_MACHINES = (
    _shop("shop-web-01", "c6i.xlarge", WEB, -820),
    _shop("shop-web-02", "c6i.xlarge", WEB, -820),
    _shop("shop-web-03", "c6i.xlarge", WEB, -610),
    _shop("shop-web-04", "c6i.xlarge", WEB, -322),
    _shop("shop-web-05", "c6i.xlarge", WEB, -158),
    _shop("shop-web-06", "c6i.xlarge", WEB, 38),
    _shop("shop-api-01", "m6i.xlarge", API, -815),
    _shop("shop-api-02", "m6i.xlarge", API, -815),
    _shop("shop-api-03", "m6i.xlarge", API, -214),
    _shop("shop-db-01", "r6i.2xlarge", DATABASE, -818),
    _shop("shop-db-02", "r6i.2xlarge", DATABASE, -818),
    _search("search-01", "r6i.xlarge", OVERSIZED, -560),
    _search("search-02", "r6i.xlarge", OVERSIZED, -560),
    _ops("order-worker-01", "c6i.large", WORKER, -700),
    _ops("order-worker-02", "c6i.large", WORKER, -700),
    _ops("order-worker-03", "c6i.large", WORKER, -287),
    _ops("order-worker-04", "c6i.large", WORKER, 96),
    _ops("mailer", "m4.large", WORKER, -860, retyped=(-176, "m6i.large")),
    _ops("bastion", "t3.micro", BASTION, -850),
    _finance("erp", "m5.xlarge", OFFICE, -790, platform="windows"),
    _nobody("legacy-cms", "m4.large", IDLE, -890),
    _nobody("old-mail-gateway", "t2.medium", IDLE, -890, -247),
    _shop_eu("shop-web-eu-01", "c6i.large", WEB, -640),
    _shop_eu("shop-web-eu-02", "c6i.large", WEB, -640),
    _shop_eu("shop-web-eu-03", "c6i.large", WEB, -192),
    _shop_eu("shop-api-eu-01", "m6i.large", API, -640),
    _shop_eu("shop-api-eu-02", "m6i.large", API, -88),
    _shop_eu("shop-db-eu", "r6i.xlarge", DATABASE, -640),
    _ops_eu("order-worker-eu", "c6i.large", WORKER, -633),
    _ops_eu("bastion-eu", "t3.micro", BASTION, -640),
    _nobody_eu("promo-microsite", "m5.large", IDLE, -430),
    _shop_ap("shop-web-ap-01", "m5.large", WEB, -520),
    _shop_ap("shop-web-ap-02", "m5.large", WEB, -131),
    _shop_ap("shop-api-ap", "m5.large", API, -520),
    _ops_ap("bastion-ap", "t3.micro", BASTION, -520),
)

# Staging: test environments, developers' machines, and what was left behind.
_test = partial(Machine, STAGING, VIRGINIA, "shop")
_test_eu = partial(Machine, STAGING, IRELAND, "shop")
_tools = partial(Machine, STAGING, VIRGINIA, "ops")
_books_eu = partial(Machine, STAGING, IRELAND, "finance")
_left = partial(Machine, STAGING, VIRGINIA, "")

STAGING_MACHINES = (
    _test("stage-web-01", "t3.medium", OFFICE, -720),
    _test("stage-web-02", "t3.medium", OFFICE, -720),
    _test("stage-api", "t3.large", OFFICE, -720),
    _test("stage-db", "m5.2xlarge", OVERSIZED, -720),
    _test("dev-anna", "t3.large", OFFICE, -505),
    _test("dev-bruno", "t3.large", OFFICE, -505, stops=((-108, -84),)),
    _test("dev-chloe", "t3.large", OFFICE, -233),
    _test("dev-dmitri", "t3.large", OFFICE, -470, -143),
    _test("dev-elif", "t3.large", OFFICE, 61),
    _test("feature-checkout", "t3.medium", OFFICE, -116, -52),
    _tools("ci-runner-01", "c6i.xlarge", BATCH, -540),
    _tools("ci-runner-02", "c6i.xlarge", BATCH, -261),
    _tools("load-test", "t3.xlarge", WORKER, -455, stops=((-187, None),)),
    _left("poc-recommender", "m5.xlarge", IDLE, -480),
    _test_eu("dev-fiona", "t3.large", OFFICE, -412),
    _books_eu(
        "win-test",
        "t3.large",
        OFFICE,
        -498,
        stops=((-305, -226), (-70, -33)),
        platform="windows",
    ),
)

# Data platform: streams, nightly batches on spot machines, notebooks and reports.
_data = partial(Machine, DATA_PLATFORM, VIRGINIA, "data")
_data_eu = partial(Machine, DATA_PLATFORM, IRELAND, "data")
_reports = partial(Machine, DATA_PLATFORM, VIRGINIA, "finance")
_unowned = partial(Machine, DATA_PLATFORM, VIRGINIA, "")

DATA_PLATFORM_MACHINES = (
    _data("airflow", "m6i.large", API, -615),
    _data("kafka-01", "r6i.large", DATABASE, -600),
    _data("kafka-02", "r6i.large", DATABASE, -600),
    _data("kafka-03", "r6i.large", DATABASE, -600),
    _data("spark-01", "r6i.xlarge", BATCH, -580),
    _data("spark-02", "r6i.xlarge", BATCH, -580),
    _data("spark-03", "r6i.xlarge", BATCH, -340, -97),
    _data("spark-04", "r6i.xlarge", BATCH, -97),
    _data("spark-05", "r6i.xlarge", BATCH, 17),
    _data("notebook-01", "m5.xlarge", OFFICE, -440),
    _data("notebook-02", "m5.xlarge", OFFICE, -275),
    _reports("reports", "m6i.2xlarge", OVERSIZED, -530),
    _unowned("export-2022", "m4.xlarge", IDLE, -880),
    _data_eu("collector-eu", "c6i.large", WORKER, -515),
    _data_eu("gdpr-archive", "t3.medium", WORKER, -515, stops=((-410, None),)),
)

MACHINES = (*PRODUCTION_MACHINES, *STAGING_MACHINES, *DATA_PLATFORM_MACHINES)

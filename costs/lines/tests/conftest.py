from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.testing.waiting import HANGS_AFTER_SECONDS
from costs.lines.spark import Spark
from costs.lines.testing import line, store_lines
from costs.lines.tests.line_servers import clickhouse_server, spark_server
from users.testing import person

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as url:
        yield url


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its start takes as long as its tests; on a busy machine a question takes long."""

    def patient(spark: Spark, seconds: int) -> AbstractContextManager[Any]:
        return asking(spark, HANGS_AFTER_SECONDS)

    asking, folder = Spark._asking, tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch, spark_server(folder) as url:
        patch.setattr(Spark, "_asking", patient)
        yield url


@pytest.fixture(autouse=True)
def lines_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.LINE_ITEMS_DIR = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bill(db: None) -> CloudAccount:
    """Two months of a bill: of a use in both, of what is new, gone, and a credit."""
    owner = account(1, "production")
    shop, data = {"team": "shop", "env": "prod"}, {"team": "data"}
    rds = {
        "ServiceName": "Amazon RDS",
        "SkuMeter": "Instance:db.r5",
        "ResourceId": "db",
    }
    store_lines(
        owner,
        SEPTEMBER,
        [
            line(SEPTEMBER, "10", "100", Tags=shop),
            line(SEPTEMBER, "6", "3", ResourceId="i-gone", Tags=data),
            line(SEPTEMBER, "7.000000000000000003", "7", **rds),
            line(SEPTEMBER, "-1", None, ChargeCategory="Credit", ResourceId=""),
        ],
    )
    store_lines(
        owner,
        OCTOBER,
        [
            line(OCTOBER, "12.5", "110", Tags=shop),
            line(OCTOBER, "3.5", "40", Tags=shop),
            line(OCTOBER, "0.1", "2", ResourceId="i-new"),
            line(OCTOBER, "6.000000000000000001", "7", **rds),
            line(OCTOBER, "-3", None, ChargeCategory="Credit", ResourceId=""),
        ],
    )
    return owner


@pytest.fixture
def viewer(client: Client, bill: CloudAccount) -> Client:
    """Signed in as somebody who sees every account."""
    client.force_login(person("viewer"))
    return client

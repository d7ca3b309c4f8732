"""A large invented company in PostgreSQL, written by COPY and INSERT.

50 accounts or more, 100,000 instances with 14 days of CPU, 20,000 rows of costs of each
account over 400 days, and the runs that read them.
"""

import io
import itertools
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, models

from benchmarks.bills import AMOUNT, ESTIMATED_DAYS, filled_at_once, totals
from core.windows import Window

ACCOUNTS = 50
INSTANCES = 100_000
DAYS = 400
CPU_DAYS = 14
# Per account and day: 50 accounts * 400 days * 50 = 1,000,000.
CHARGES = 50
SERVICES = 25
REGIONS = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-south-1"]
TYPES = ["t3.medium", "m6i.large", "m6i.2xlarge", "c7g.xlarge", "r6i.4xlarge"]
CATEGORIES = ["Usage"] * 8 + ["Purchase", "Tax"]
ROWS_AT_ONCE = 50_000
# Others point at their rows, so that they are numbered here.
WITH_KEYS = {"CloudAccount", "Resource", "SyncRun"}

# ruff: noqa: S608 (every name that is put into a statement stands in these files)
Row = Mapping[str, Any]


def write(
    now: datetime,
    *,
    machines: int = INSTANCES,
    per_day: int = CHARGES,
    accounts: int = ACCOUNTS,
) -> None:
    """All of it in an empty database, or so many instances, charges of an account and
    day, and accounts."""
    from clouds.models import CloudAccount
    from costs.rollups import rebuild
    from inventory.models import Instance, Resource
    from metrics.models import CpuMetric
    from metrics.recent_cpu_rollup import refresh_recent_cpu
    from syncs.models import SyncRun

    today = now.astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    copy(CloudAccount, connected(accounts))
    copy(SyncRun, runs(now, accounts))
    copy(Resource, instances(now, machines, accounts))
    copy(Instance, instances(now, machines, accounts))
    copy(CpuMetric, cpu(days[-CPU_DAYS:], machines))
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
        with filled_at_once("costs_dailycost"):
            cursor.execute(charges(today, per_day, accounts))
        cursor.execute(totals(today))
        cursor.execute(restatements(today))
        for model in (CloudAccount, SyncRun, Resource):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"(SELECT max(id) FROM {table}))"
            )
    rebuild(Window(days[0], today))
    for account in CloudAccount.objects.all():
        refresh_recent_cpu(account, now)
    with connection.cursor() as cursor:
        cursor.execute("RESET work_mem; RESET maintenance_work_mem")
        cursor.execute("VACUUM ANALYZE")


def copy(model: type[models.Model], rows: Iterable[Row]) -> None:
    """COPY of these rows; a field that they leave out holds its default."""
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.AutoField) or model.__name__ in WITH_KEYS
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    takers = [(field.attname, _text_of(field)) for field in fields]
    with connection.cursor() as cursor:
        for part in _parts(rows):
            text = "".join(
                "\t".join(text(row, name) for name, text in takers) + "\n"
                for row in part
            )
            cursor.copy_expert(statement, io.StringIO(text))


def _text_of(field: "models.Field[Any, Any]") -> Callable[[Row, str], str]:
    default = field.get_default()
    if getattr(field, "auto_now_add", False):
        default = datetime.now(UTC)
    is_json = isinstance(field, models.JSONField)

    def text(row: Row, name: str) -> str:
        value = row.get(name, default)
        if is_json:
            return json.dumps(value)
        return r"\N" if value is None else str(value)

    return text


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while part := list(itertools.islice(iterator, ROWS_AT_ONCE)):
        yield part


def connected(accounts: int) -> Iterator[Row]:
    for key in range(1, accounts + 1):
        yield {"id": key, "account_id": f"{key:012}", "name": f"account-{key:02}"}


def runs(now: datetime, accounts: int) -> Iterator[Row]:
    """A hundred days of three runs a day of each account."""
    parts = itertools.product(
        range(100), range(1, accounts + 1), ("instances", "cost", "cpu")
    )
    for key, (back, owner, dataset) in enumerate(parts, start=1):
        at = now - timedelta(days=back, hours=1)
        yield {
            "id": key,
            "account_id": owner,
            "dataset": dataset,
            "status": "succeeded",
            "started_at": at,
            "heartbeat_at": at,
            "finished_at": at + timedelta(seconds=30),
            "rows": 1000,
            "requests": 3,
            "requests_by_operation": {"ce:GetCostAndUsage": 3},
        }


def instances(now: datetime, machines: int, accounts: int) -> Iterator[Row]:
    """The rows of Resource and of Instance, which take what is theirs."""
    draw = random.Random(4)
    for key in range(1, machines + 1):
        yield {
            "id": key,
            "account_id": key % accounts + 1,
            "resource_id": f"i-{key:017x}",
            "resource_ptr_id": key,
            "kind": "instance",
            "region": draw.choice(REGIONS),
            "name": f"machine-{key:06}",
            "state": "stopped" if key % 10 == 1 else "running",
            "instance_type": draw.choice(TYPES),
            "lifecycle": "on-demand",
            "operating_system": "Linux",
            "tenancy": "Shared",
            "monitoring": "basic",
            "private_ip": f"10.{key >> 16}.{key >> 8 & 255}.{key & 255}",
            "launched_at": now - timedelta(hours=key % 9000),
            "vcpus": 2,
            "memory_mib": 8192,
            "tags": {"team": f"team-{key % 40}", "env": draw.choice(["prod", "dev"])},
            "first_seen_at": now - timedelta(days=100),
            "last_seen_at": now,
        }


def cpu(days: list[Any], machines: int) -> Iterator[Row]:
    draw = random.Random(5)
    for day, key in itertools.product(days, range(1, machines + 1)):
        average = draw.random() * (2 if key % 20 == 0 else 60)
        yield {
            "resource_id": key,
            "day": day,
            "average_percent": round(average, 3),
            "maximum_percent": round(average * 1.6, 3),
            "p99_percent": round(average * 1.4, 3),
            "samples": 288,
        }


def charges(today: date, per_day: int, accounts: int) -> str:
    return f"""
        INSERT INTO costs_dailycost (account_id, day, sub_account_id, service, region,
            resource_group, charge_category, currency, billed, effective, is_estimated)
        SELECT member, day, lpad(member::text, 12, '0'),
            'Service ' || lpad((number % {SERVICES})::text, 2, '0'),
            (ARRAY{REGIONS})[number % {len(REGIONS)} + 1],
            CASE WHEN number < {SERVICES} THEN '' ELSE 'second' END,
            (ARRAY{CATEGORIES})[number % {len(CATEGORIES)} + 1],
            'USD', amount, amount, day >= date '{today}' - {ESTIMATED_DAYS}
        FROM generate_series(1, {DAYS}) AS back
        CROSS JOIN generate_series(1, {accounts}) AS member
        CROSS JOIN generate_series(0, {per_day} - 1) AS number
        CROSS JOIN LATERAL (SELECT date '{today}' - back AS day) each_day
        CROSS JOIN LATERAL (SELECT {AMOUNT} AS amount) amounts
        ORDER BY day, member
    """


def restatements(today: date) -> str:
    """Five of each total of the last 20 days."""
    return f"""
        INSERT INTO costs_restatement (account_id, day, currency, old_billed,
            new_billed, old_effective, new_effective, was_estimated, restated_at)
        SELECT account_id, day, currency, billed - 1, billed, effective - 1, effective,
            true, now() - back * interval '1 day'
        FROM costs_costtotal CROSS JOIN generate_series(0, 4) AS back
        WHERE day >= date '{today}' - 20
    """

"""Days of databases beside those of machines, in files and back."""

from pathlib import Path

import pytest

from archives import parquet, schemas
from archives.models import Table
from archives.tests.months import SPAN, run
from clouds.testing import aws_account
from inventory.models import Bucket, Database
from inventory.testing import instance, resource
from metrics.models import CpuMetric, UsageMetric
from metrics.testing import store_cpu, store_usage

pytestmark = pytest.mark.django_db


def test_a_day_comes_back_to_the_resource_of_its_kind(tmp_path: Path) -> None:
    owner = aws_account()
    database = resource(Database, owner, "orders")
    resource(Bucket, owner, "orders")
    store_usage(database, SPAN, connections=8.0)
    CpuMetric.objects.create(resource=database, day=SPAN.start, average_percent=5)
    run("prune", "--to", tmp_path, "--yes")
    assert not UsageMetric.objects.exists()
    run("restore_archive", "cpu", "2024-03")
    for month in ("2024-03", "2024-04"):
        run("restore_archive", "usage", month)
    assert CpuMetric.objects.get().resource_id == database.pk
    rows = UsageMetric.objects.values_list("resource", "metric", "total")
    assert list(rows) == [(database.pk, "connections", 8.0)] * 4


def test_a_file_without_kinds_is_of_instances(tmp_path: Path) -> None:
    old = instance(aws_account(), "old")
    store_cpu(old, SPAN, 12.5)
    archived = schemas.TABLES[Table.CPU]
    types = dict(archived.types)
    del types["kind"]
    rows = [row[:-1] for row in archived.values(SPAN.start.replace(day=1))]
    with (tmp_path / "cpu.parquet").open("w+b") as file:
        parquet.write(rows, types, file)
        batch = next(parquet.read(file))
    assert {one.resource_id for one in archived.models_of(batch)} == {old.pk}

"""What is Spark's own. That it answers as DuckDB does: test_loaded_lines.py."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from core.windows import Window, add_months
from costs.lines import spark as engine
from costs.lines.engine import LinesFailed, Row
from costs.lines.line_groups import line_totals
from costs.lines.line_query import LineQuery
from costs.lines.line_source import line_source
from costs.lines.loaded_lines import line_server, load_line_items
from costs.lines.spark import Spark, file_name, table_name
from costs.lines.tests.conftest import OCTOBER
from users.testing import person

OWN_SPARK = pytest.mark.needs("spark-submit")
URL = "sc://127.0.0.1:9/;token=hunter2"
FILE_NAME = "7/2026-10-20261102093000.parquet USD 1200"


def test_a_table_is_named_as_its_file() -> None:
    table = f"{table_name(FILE_NAME)}_0123abcd"
    assert table == "7_2026_10_20261102093000_usd_1200_0123abcd"
    assert file_name(table) == FILE_NAME
    assert file_name(f"{table}_loading") is None


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a Spark without a server has: one table, and one that is being loaded."""
    prefix = Spark(URL).prefix
    found = [f"{prefix}{table_name(FILE_NAME)}_0123abcd"]
    found.append(f"{found[0]}_loading")

    def rows(self: Spark, sql: str, seconds: int = 30) -> Iterator[Row]:
        assert sql == f"SHOW TABLES LIKE '{prefix}*'"
        yield from (("default", table, False) for table in found)

    monkeypatch.setattr(Spark, "rows", rows)
    return found


def test_a_table_that_is_being_loaded_has_no_lines_yet(tables: list[str]) -> None:
    assert Spark(URL).line_counts() == {FILE_NAME: 1200, tables[1]: 0}


def test_each_table_names_its_file(tables: list[str]) -> None:
    source = Spark(URL).source([FILE_NAME, FILE_NAME])
    part = f"SELECT '{FILE_NAME}' AS x_File, * FROM {tables[0]}"  # noqa: S608
    assert source == f"({part} UNION ALL {part})"


def test_without_its_client_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "costs.lines.spark_session", None)
    with pytest.raises(LinesFailed, match=r"pip install \"pyspark-client~=4\.1\.1\""):
        [*Spark(URL).rows("SELECT 1")]


@OWN_SPARK
@pytest.mark.parametrize("more", [":9/;token=hunter2=x", ":9/hunter2", ":9/;hunter2"])
def test_a_url_that_its_client_cannot_read_shows_no_token(more: str) -> None:
    with pytest.raises(LinesFailed, match="NAME=VALUE") as refused:
        [*Spark(f"sc://127.0.0.1{more}").rows("SELECT 1")]
    assert "hunter2" not in str(refused.value)


@OWN_SPARK
def test_a_question_ends_at_its_deadline(spark: str) -> None:
    endless = "SELECT sum(a.id * b.id) FROM range(1000000) a, range(100000000) b"
    from costs.lines.spark_session import asking

    with (
        pytest.raises(LinesFailed, match="longer than 1 s"),
        asking(spark, 1) as session,
    ):
        session.sql(endless).collect()
    assert [*Spark(spark).rows("SELECT 1")] == [(1,)]


@OWN_SPARK
def test_what_it_refuses_is_one_sentence(spark: str) -> None:
    refused = r"^LINE_ITEMS_ENGINE sc://localhost refused: .+nowhere[^\n]+$"
    with pytest.raises(LinesFailed, match=refused):
        [*Spark(spark).rows("SELECT * FROM nowhere")]
    wrong = spark.replace("hunter2", "hunter3")
    with pytest.raises(LinesFailed, match="can't be reached") as away:
        [*Spark(wrong).rows("SELECT 1")]
    assert "hunter3" not in str(away.value)


@OWN_SPARK
@pytest.mark.only_on("postgresql")
def test_killed_in_the_middle_it_loads_the_month_again(
    bill: CloudAccount,
    spark: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(path: Path) -> Iterator[Any]:
        yield next(batches(path))
        raise SystemExit

    settings.LINE_ITEMS_ENGINE = spark
    batches = engine._batches
    monkeypatch.setattr(engine, "LINES_AT_ONCE", 2)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(engine, "_batches", killed)
        [*load_line_items()]
    assert [*line_server().line_counts().values()] == [0]
    assert len([*load_line_items()]) == 2
    assert sorted(line_server().line_counts().values()) == [4, 5]
    query = LineQuery(Window(OCTOBER, add_months(OCTOBER, 1)), currency="USD")
    source = line_source(query, person("viewer"))
    assert line_totals(source) == (5, Decimal("19.100000000000000001"))

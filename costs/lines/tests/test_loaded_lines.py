"""A server answers every question as DuckDB does, to the last decimal.

ClickHouse runs in this process. Spark is half a gigabyte and needs Java: it is asked
where it is installed.
"""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.versions import bump_version, data_version
from core.db.exclusive import AlreadyRunning
from core.windows import Window, add_months
from costs.explain.records import Part
from costs.explain.service_uses import service_uses
from costs.lines.commitments import commitments
from costs.lines.engine import LinesFailed
from costs.lines.explanation import explain_lines, price_changes
from costs.lines.line_groups import line_breakdown, line_totals, lines
from costs.lines.line_query import FILTERS, LineQuery
from costs.lines.line_source import line_source, source_of, tag_keys
from costs.lines.loaded_lines import line_server, load_months, loaded_name, whole_name
from costs.lines.models import LINES_DATASET, LineItemMonth
from costs.lines.testing import line, store_lines
from costs.lines.tests.conftest import OCTOBER, SEPTEMBER
from costs.queries.query import CostQuery
from costs.tasks import refresh_lines
from users.testing import person

# On SQLite keys begin anew with each test, and the server knows the last one's months.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]


OF_COSTS = CostQuery(
    Window(OCTOBER, add_months(OCTOBER, 1)),
    previous=Window(SEPTEMBER, OCTOBER),
    currency="USD",
)
OWN_SPARK = pytest.mark.needs("spark-submit")


@pytest.fixture(params=["clickhouse", pytest.param("spark", marks=OWN_SPARK)])
def server(request: pytest.FixtureRequest) -> str:
    """Return the URL of a server of lines."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def engine(server: str, settings: Settings) -> str:
    settings.LINE_ITEMS_ENGINE = server
    return server


def loaded() -> str:
    out = StringIO()
    call_command("load_line_items", stdout=out)
    return out.getvalue()


def answers(user: User, query: LineQuery) -> list[Any]:
    source = line_source(query, user)
    return [
        line_breakdown(source, 10),
        line_totals(source),
        [*lines(source, 10)],
        explain_lines(source),
        [*price_changes(source)],
        commitments(source),
        tag_keys(source),
        service_uses(OF_COSTS, user, [Part("111111111111", "Amazon EC2")]),
    ]


FILTERED = {
    "tag": ["team=shop", "team="],
    "exclude_region": ["x'y\\"],
    "charge_category": ["Usage"],
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"group_by": "tag:team", "grain": "usage_type", "metric": "effective"},
        {"group_by": "resource", "search": "BOX", "filters": FILTERED},
        {"search": "it's \\ no %_ pattern"},
    ],
)
def test_answers_are_those_of_duckdb(
    bill: CloudAccount, server: str, settings: Settings, changes: dict[str, Any]
) -> None:
    user = person("viewer")
    query = LineQuery(Window(OCTOBER, add_months(OCTOBER, 1)), currency="USD")
    none = dict.fromkeys(FILTERS, ())
    changes = changes | {"filters": none | changes.get("filters", {})}
    query = replace(query, **changes)
    expected = answers(user, query)
    settings.LINE_ITEMS_ENGINE = server
    loaded()
    assert answers(user, query) == expected


def test_months_are_loaded_once_and_replaced_whole(
    bill: CloudAccount, viewer: Client, engine: str
) -> None:
    page = viewer.get("/costs/lines/")
    assert page.status_code == 503
    assert "or run load_line_items." in page.content.decode()
    assert loaded().count("Loaded") == 2
    assert loaded() == "Every month is loaded.\n"
    before = viewer.get("/api/v1/lines/groups/").json()
    store_lines(bill, OCTOBER, [line(OCTOBER, "3"), line(OCTOBER, "4")])
    bump_version(bill, LINES_DATASET)  # as an import does
    assert viewer.get("/api/v1/lines/groups/").json() == before | {"is_outdated": True}
    assert "Newer lines of 2026-10" in viewer.get("/costs/lines/").content.decode()
    refresh_lines()  # as a worker does
    after = viewer.get("/api/v1/lines/groups/").json()
    assert (after["total"], after["is_outdated"]) == ("7.00", False)
    assert "Newer lines" not in viewer.get("/costs/lines/").content.decode()


def test_pages_lose_the_note_of_older_lines_where_a_process_ended_right_after_loading(
    bill: CloudAccount, viewer: Client, engine: str
) -> None:
    loaded()
    store_lines(bill, OCTOBER, [line(OCTOBER, "3")])
    bump_version(bill, LINES_DATASET)  # as an import does
    assert viewer.get("/api/v1/lines/groups/").json()["is_outdated"]
    months = LineItemMonth.objects.select_related("account")
    assert len([*load_months(line_server(), [*months])]) == 1  # and is killed
    refresh_lines()
    assert not viewer.get("/api/v1/lines/groups/").json()["is_outdated"]
    user = person("viewer")
    version = data_version(user, LINES_DATASET)
    refresh_lines()
    assert data_version(user, LINES_DATASET) == version


def test_what_is_stored_of_an_answer_waits_for_the_newer_lines(
    bill: CloudAccount, engine: str
) -> None:
    loaded()
    month = store_lines(bill, OCTOBER, [line(OCTOBER, "3")])
    query = LineQuery(Window(OCTOBER, add_months(OCTOBER, 1)), currency="USD")
    with pytest.raises(LinesFailed, match="2026-10 .+ not loaded"):
        source_of(query, [month])


def test_who_asked_before_a_month_was_replaced_is_answered_from_the_old_lines(
    bill: CloudAccount, engine: str
) -> None:
    loaded()
    query = LineQuery(Window(OCTOBER, add_months(OCTOBER, 1)), currency="USD")
    source = line_source(query, person("viewer"))
    store_lines(bill, OCTOBER, [line(OCTOBER, "3")])
    loaded()
    assert line_totals(source)[0] == 5
    loaded()  # a minute later
    assert len(line_server().line_counts()) == 2


def test_lines_that_were_loaded_in_part_never_answer(
    bill: CloudAccount, engine: str
) -> None:
    month = LineItemMonth.objects.get(month=OCTOBER)
    whole, prefix = whole_name(month), month.file_prefix
    newer = f"{prefix}10.parquet USD 7"
    older = {f"{prefix}9.parquet USD 4": 4, f"{prefix}8.parquet USD 3": 3}
    others = {f"1{newer}": 7, f"{prefix}11.parquet EUR 2": 2}
    part = {f"{prefix}12.parquet USD 9": 8, whole: 1}
    assert loaded_name(month, part | others) is None
    assert loaded_name(month, part | others | older) == f"{prefix}9.parquet USD 4"
    assert loaded_name(month, part | older | {newer: 7}) == newer
    assert loaded_name(month, {newer: 7, whole: month.row_count}) == whole


def test_a_month_that_was_loaded_in_part_is_loaded_again(
    bill: CloudAccount, clickhouse: str, settings: Settings
) -> None:
    """A kill leaves fewer lines than its file has. Of Spark: test_spark.py."""
    settings.LINE_ITEMS_ENGINE = clickhouse
    october, september = LineItemMonth.objects.order_by("-month")
    line_server().load(whole_name(october), september.path)
    assert loaded().count("Loaded") == 2
    assert line_server().line_counts() == {
        whole_name(one): one.row_count for one in (october, september)
    }


def test_a_month_that_cannot_be_loaded_stops_no_other(
    bill: CloudAccount, engine: str
) -> None:
    spoiled = LineItemMonth.objects.get(month=OCTOBER)
    spoiled.path.write_bytes(b"none of Parquet")
    with pytest.raises(CommandError, match=r"2026-10 of .+ can't be loaded: .+Parquet"):
        loaded()
    spoiled.path.unlink()
    with pytest.raises(CommandError, match="can't be loaded: .+ No such file"):
        loaded()
    (left,) = line_server().line_counts()
    assert left == whole_name(LineItemMonth.objects.exclude(month=OCTOBER).get())


def test_two_installations_share_a_database(
    bill: CloudAccount, engine: str, settings: Settings
) -> None:
    loaded()
    own = line_server()
    settings.SECRET_KEY = "of another installation"
    LineItemMonth.objects.get(month=OCTOBER).delete()
    assert loaded().count("Loaded") == 1
    assert loaded() == "Every month is loaded.\n"
    assert len(own.line_counts()) == 2


def test_no_month_is_loaded_by_two_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(name: str) -> None:
        raise AlreadyRunning

    settings.LINE_ITEMS_ENGINE = "clickhouse://127.0.0.1:9/bills"
    monkeypatch.setattr("costs.management.commands.load_line_items.exclusive", taken)
    with pytest.raises(CommandError, match="A worker loads line items now"):
        loaded()


@pytest.mark.parametrize(
    "url",
    [
        "clickhouse://somebody:hunter2@127.0.0.1:9/bills",
        pytest.param("sc://127.0.0.1:9/;use_ssl=true;token=hunter2", marks=OWN_SPARK),
    ],
)
def test_a_server_that_is_away_is_one_sentence(
    viewer: Client, settings: Settings, url: str
) -> None:
    settings.LINE_ITEMS_ENGINE = url
    said = viewer.get("/api/v1/lines/groups/").json()["detail"]
    place = f"LINE_ITEMS_ENGINE {url.partition(':')[0]}://127.0.0.1"
    assert said.startswith(f"{place} can't be reached: ")
    with pytest.raises(CommandError, match="can't be reached") as refused:
        loaded()
    assert "hunter2" not in f"{said}{refused.value}"


def test_without_a_server_there_is_nothing_to_load() -> None:
    with pytest.raises(CommandError, match="LINE_ITEMS_ENGINE is not set"):
        loaded()

"""What the API cannot answer about costs is refused by the name of its field."""

from collections.abc import Iterator

import pytest
import time_machine

from core.testing.clock import NOW
from users.testing import refused

pytestmark = pytest.mark.django_db
BOTH = ["costs/trend/", "costs/summary/"]
EVERY = ["costs/", *BOTH]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("start", {"start": "yesterday"}),
        ("start", {"start": "2026-02-30"}),
        ("start", {"start": "01/02/2026"}),
        ("end", {"end": "20261101T00"}),
        ("start", {"start": "2026-11-02", "end": "2026-11-01"}),
        ("start", {"start": "2026-11-02", "end": "2026-11-02"}),
        ("account", {"account": "999999999999"}),
        ("account", {"account": "\0"}),
        ("service", {"service": "a\0b"}),
        ("charge_category", {"charge_category": "usage"}),
        ("exclude", {"exclude": "Tax,Fines"}),
        ("colour", {"colour": "blue"}),
        ("Start", {"Start": "2026-11-01"}),
    ],
)
def test_what_it_cannot_understand_is_refused_by_name(
    path: str, field: str, given: dict[str, str]
) -> None:
    assert list(refused(path, **given)) == [field]


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("start", {"start": "0001-01-01"}),
        ("end", {"end": "0001-01-05"}),
        ("end", {"start": "2026-01-01", "end": "9999-12-31"}),
        ("start", {"start": "2026-11-21"}),
        ("metric", {"metric": "list"}),
        ("page", {"page": "2"}),
        ("ordering", {"ordering": "day"}),
    ],
)
def test_trend_and_summary_refuse_what_only_they_would(
    path: str, field: str, given: dict[str, str]
) -> None:
    assert list(refused(path, **given)) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("group_by", "colour"),
        ("granularity", "hourly"),
        ("limit", "0"),
        ("limit", "ten"),
        ("limit", "100000000000000000000000"),
    ],
)
def test_the_trend_refuses_choices_it_does_not_have(field: str, value: str) -> None:
    assert list(refused("costs/trend/", **{field: value})) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_min", "1e30"),
        ("amount_max", "-1e30"),
        ("amount_min", "NaN"),
        ("amount_min", "0.00000000001"),
        ("ordering", "colour"),
    ],
)
def test_the_list_refuses_amounts_that_no_bill_has(field: str, value: str) -> None:
    assert list(refused("costs/", **{field: value})) == [field]

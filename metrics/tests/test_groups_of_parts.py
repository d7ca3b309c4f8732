"""As many parts of regions are stored in one transaction as are stored well."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from metrics import sync
from metrics.sync import in_groups
from providers.errors import ErrorKind, ProviderError
from providers.metric_records import MemoryRecord, RegionMetrics

DAY = date(2026, 6, 20)


@pytest.fixture(autouse=True)
def few_records_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RECORDS_AT_ONCE", 3)


def part(region: str, records: int = 2) -> RegionMetrics:
    memory = [MemoryRecord(f"i-{number}", DAY, 1.0, 2.0) for number in range(records)]
    return RegionMetrics(region, memory=memory)


def regions(group: Sequence[RegionMetrics]) -> list[str]:
    return [one.region for one in group]


def test_a_group_ends_once_it_has_enough_and_the_rest_is_the_last() -> None:
    groups = in_groups(iter([part("a"), part("b"), part("c")]))
    assert [regions(group) for group in groups] == [["a", "b"], ["c"]]


def test_what_was_read_before_an_error_is_yielded_before_it_is_raised() -> None:
    error = ProviderError(ErrorKind.DENIED, "Metrics", "no", "Ask.")

    def parts() -> Iterator[RegionMetrics]:
        yield part("a")
        raise error

    groups = in_groups(parts())
    assert regions(next(groups)) == ["a"]
    with pytest.raises(ProviderError):
        next(groups)


def test_without_parts_there_is_no_group() -> None:
    assert not [*in_groups(iter(()))]

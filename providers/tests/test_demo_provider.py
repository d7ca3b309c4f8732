"""The demo as a Provider."""

from datetime import UTC, date, datetime

import pytest

from core.windows import Window
from providers.base import (
    AccessChecker,
    CostSource,
    InventorySource,
    MetricSource,
    PriceSource,
    Provider,
)
from providers.demo.company import PRODUCTION
from providers.demo.provider import DemoProvider
from providers.errors import ErrorKind, ProviderError

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)


def quiet(_: str) -> None:
    pass


def everything(demo: DemoProvider) -> tuple[object, ...]:
    regions = list(demo.fetch_instances(quiet))
    ids = {r.region: [i.resource_id for i in r.resources] for r in regions}
    return (
        regions,
        list(demo.fetch_costs(demo.cost_window(demo.now), quiet)),
        list(demo.fetch_metrics(demo.metric_window(demo.now), ids, quiet)),
        demo.state_change_days(),
    )


def test_two_providers_with_the_same_arguments_give_the_same_answers() -> None:
    first = DemoProvider(PRODUCTION, ANCHOR, NOW)
    second = DemoProvider(PRODUCTION, ANCHOR, NOW)
    assert everything(first) == everything(second)


def test_it_has_every_capability() -> None:
    demo: Provider = DemoProvider(PRODUCTION, ANCHOR, NOW)
    assert isinstance(demo, InventorySource)
    assert isinstance(demo, CostSource)
    assert isinstance(demo, MetricSource)
    assert isinstance(demo, PriceSource)
    assert isinstance(demo, AccessChecker)


def test_an_unknown_account_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ProviderError, match="Use one of 000000000011") as raised:
        DemoProvider("123456789012", ANCHOR, NOW)
    assert raised.value.kind is ErrorKind.INVALID


def test_every_permission_is_there() -> None:
    checks = list(DemoProvider(PRODUCTION, ANCHOR, NOW).check_access(NOW))
    assert "ce:GetCostAndUsage" in {check.permission for check in checks}
    assert all(check.error is None for check in checks)


def test_the_history_is_400_days_up_to_today() -> None:
    demo = DemoProvider(PRODUCTION, ANCHOR, NOW)
    window = Window(date(2025, 9, 15), date(2026, 10, 20))
    assert demo.cost_window(NOW) == demo.metric_window(NOW) == window


def test_requests_are_counted_and_cost_nothing() -> None:
    demo = DemoProvider(PRODUCTION, ANCHOR, NOW)
    everything(demo)
    assert demo.meter.requests > 0
    assert demo.meter.usd == 0
    assert all(name.startswith("demo:") for name in demo.meter.requests_by_operation)


def test_progress_is_reported_in_sentences() -> None:
    said: list[str] = []
    demo = DemoProvider(PRODUCTION, ANCHOR, NOW)
    list(demo.fetch_instances(said.append))
    assert said[0].startswith("us-east-1: ")

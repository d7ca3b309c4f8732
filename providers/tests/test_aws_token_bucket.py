"""Requests to Cost Explorer leave no faster than allowed, and no slower."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.testing.aws_emulator.builders import june
from core.windows import Window
from providers.aws import client
from providers.aws.client import AwsAccount, AwsOptions, TokenBucket
from providers.aws.provider import AwsProvider


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(client, "time", found)
    return found


def test_a_burst_passes_and_what_follows_waits_its_turn(clock: Clock) -> None:
    bucket = TokenBucket(per_second=50)
    for _ in range(50):
        bucket.take()
    assert clock.waits == []
    for _ in range(10):
        bucket.take()
    assert clock.waits == pytest.approx([1 / 50] * 10)


def test_a_pause_fills_it_up_to_one_burst_and_no_further(clock: Clock) -> None:
    bucket = TokenBucket(per_second=4)
    for pause in (0.5, 3600):
        for _ in range(4):
            bucket.take()
        clock.now += pause
        clock.waits.clear()
    for _ in range(6):
        bucket.take()
    assert clock.waits == pytest.approx([1 / 4, 1 / 4])


def test_half_a_second_gives_half_a_burst(clock: Clock) -> None:
    bucket = TokenBucket(per_second=4)
    for _ in range(4):
        bucket.take()
    clock.now += 0.5
    for _ in range(3):
        bucket.take()
    assert clock.waits == pytest.approx([1 / 4])


def test_threads_share_one_bucket(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "sleep", clock.waits.append)  # nobody is late
    bucket = TokenBucket(per_second=50)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(60):
            pool.submit(bucket.take)
    assert sorted(clock.waits) == pytest.approx([turn / 50 for turn in range(1, 11)])


@pytest.mark.usefixtures("aws")
def test_each_request_to_cost_explorer_takes_its_turn_and_no_other_does(
    clock: Clock,
) -> None:
    provider = AwsProvider(AwsAccount(), AwsOptions(cost_explorer_per_second=1))
    for _ in range(3):
        provider.fetch_regions()
    assert clock.waits == []
    list(provider.fetch_costs(Window(june(18), june(20)), print))
    requests = provider.meter.requests_by_operation["ce:GetCostAndUsage"]
    assert requests > 1
    assert clock.waits == pytest.approx([1.0] * (requests - 1))

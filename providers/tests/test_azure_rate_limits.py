"""Questions of costs leave no faster than a scope and a tenant may ask."""

import pytest

from providers.azure import rate_limits
from providers.azure.rate_limits import RateLimit, shared_limit


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(rate_limits, "time", found)
    return found


def send(limit: RateLimit, clock: Clock, times: int) -> list[float]:
    """Wait for each turn; return when each was sent."""
    sent = []
    for _ in range(times):
        clock.now += limit.reserve()
        sent.append(clock.now - 1000)
    return sent


def test_the_next_waits_until_the_first_of_the_window_is_old(clock: Clock) -> None:
    limit = RateLimit([(4, 60)])
    clock.now += 5
    assert send(limit, clock, 9) == [5, 5, 5, 5, 65, 65, 65, 65, 125]


def test_no_window_ever_has_more_than_its_limit(clock: Clock) -> None:
    limits = [(12, 10), (60, 60), (600, 3600)]
    sent = send(RateLimit(limits), clock, 700)
    assert sent == sorted(sent)
    for count, seconds in limits:
        spans = [sent[n + count] - sent[n] for n in range(len(sent) - count)]
        assert min(spans) >= seconds
    assert sent[599] < 3600 <= sent[600]


def test_without_limits_nothing_waits(clock: Clock) -> None:
    assert send(RateLimit([]), clock, 100) == [0] * 100


def test_accounts_of_one_tenant_share_its_limit() -> None:
    one = shared_limit("a tenant of this test", ((2, 60),))
    assert shared_limit("a tenant of this test", ((2, 60),)) is one
    assert shared_limit("another tenant", ((2, 60),)) is not one

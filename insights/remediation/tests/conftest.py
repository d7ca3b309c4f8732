from collections.abc import Iterator

import pytest

from insights.remediation import approval, executors, proposals, queue
from insights.remediation.testing import FakeActing


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The actions that were sent to workers, which tests call themselves."""
    found: list[int] = []
    for module in (approval, proposals):
        monkeypatch.setattr(module, "send", lambda row: found.append(row.pk))
    assert queue.TASK == "insights.tasks.remediate"
    return found


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeActing]:
    """The cloud of every account, all of which have an acting role."""
    source = FakeActing()
    monkeypatch.setattr(executors, "acting_for", lambda account, now: source)
    monkeypatch.setattr(proposals, "acts_for", lambda account: True)
    yield source

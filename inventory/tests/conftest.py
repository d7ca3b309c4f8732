"""An account of a cloud that answers what a test tells it to."""

import pytest

from clouds.models import CloudAccount
from clouds.registry import CLOUDS, Cloud, CloudKind
from clouds.testing import aws_account
from inventory.testing import FakeCloud
from providers.settings import ProviderSettings


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    fake = FakeCloud()
    kind = Cloud(
        provider=FakeCloud,
        settings=ProviderSettings,
        check_account_id=lambda account_id: None,
        connect=lambda account, now: fake,
    )
    monkeypatch.setitem(CLOUDS, CloudKind.DEMO, kind)
    return fake


@pytest.fixture
def mine(cloud: FakeCloud) -> CloudAccount:
    return aws_account(provider=CloudKind.DEMO)

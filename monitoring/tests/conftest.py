"""What all tests of the room begin with."""

from datetime import timedelta

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def old_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have none that starts, whenever the database of the tests was migrated."""
    made_at = timezone.now() - timedelta(days=365)
    monkeypatch.setattr("monitoring.health.checks.installed_at", lambda: made_at)

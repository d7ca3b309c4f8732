"""The instant at which tests of stored rows happen, unless they name another."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()

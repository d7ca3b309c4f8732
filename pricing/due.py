"""When a price is read again."""

from datetime import UTC, datetime, timedelta

from core.clocks import is_recent

# Clouds change a price list a few times a year.
READ_AGAIN_AFTER = timedelta(days=7)
NEVER = datetime.min.replace(tzinfo=UTC)


def is_due(read_at: datetime, now: datetime) -> bool:
    return not is_recent(read_at, now, READ_AGAIN_AFTER)

"""Days that grew as they were read, for tests."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from clouds.models import CloudAccount
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window
from costs.growth.refresh import refresh_growth
from costs.models import Restatement
from costs.testing import charge, close
from syncs.datasets import Dataset
from syncs.testing import run

READ_AT = time(6, tzinfo=NOW.tzinfo)


def grown(
    owner: CloudAccount,
    day: date,
    amounts: Sequence[str],
    *,
    currency: str = "USD",
    every: timedelta = ONE_DAY,
) -> None:
    """A stored day that was billed these amounts, read on the day after and so on."""
    charge(owner, day, amounts[-1], currency=currency)
    close(owner, day, currency=currency)
    first = datetime.combine(day + ONE_DAY, READ_AT)
    for at, (old, new) in enumerate(zip(amounts, amounts[1:], strict=False), start=1):
        Restatement.objects.create(
            account=owner,
            day=day,
            currency=currency,
            old_billed=Decimal(old),
            new_billed=Decimal(new),
            old_effective=Decimal(old),
            new_effective=Decimal(new),
            was_estimated=True,
            restated_at=first + every * at,
        )


def read_daily(owner: CloudAccount, window: Window, *, ages: int) -> None:
    """Runs that read each of these days on so many days after it."""
    last = window.end + ONE_DAY * (ages - 1)
    for day in Window(window.start + ONE_DAY, last + ONE_DAY).days():
        run(
            owner,
            Dataset.COST,
            datetime.combine(day, READ_AT),
            start=max(window.start, day - ONE_DAY * ages),
            end=min(window.end, day),
        )


def measured_growth(owner: CloudAccount, *shares: str) -> None:
    """Three settled days of $1.00 that had these shares of it less at each age."""
    last = NOW.date() - ONE_DAY * 20
    days = Window(last - ONE_DAY * 2, last + ONE_DAY)
    for day in days.days():
        grown(owner, day, [*(str(1 - Decimal(share)) for share in shares), "1"])
    read_daily(owner, days, ages=len(shares) + 1)
    refresh_growth(owner, NOW)

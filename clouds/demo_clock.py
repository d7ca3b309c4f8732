"""The present of the invented company, which may be behind ours."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils import timezone

from clouds.models import CloudAccount, DemoCompany
from clouds.querysets import DEMO


def company_now(now: datetime) -> datetime:
    """Return its present: ours, or that up to which it was moved."""
    return company_clock(now)[0]


def company_clock(now: datetime) -> tuple[datetime, bool]:
    """Return its present, and whether the bill of its latest day arrives hourly."""
    row = DemoCompany.objects.filter(clock__lte=now).first()
    return (row.clock, row.is_hourly) if row and row.clock else (now, False)


def account_now(account: CloudAccount, now: datetime) -> datetime:
    """Return the present of the account, which of the company may be behind ours."""
    return accounts_now([account], now)[account.pk]


def accounts_now(
    accounts: Collection[CloudAccount], now: datetime
) -> Mapping[int, datetime]:
    """Return the same of several. One query where one is the company's, else none."""
    demo = {one.pk for one in accounts if one.provider.startswith(DEMO)}
    present = company_now(now) if demo else now
    return {one.pk: present if one.pk in demo else now for one in accounts}


def our_now(account: CloudAccount, now: datetime) -> datetime:
    """Return our present, where `now` is the account's: by it a process is alive."""
    return timezone.now() if account.provider.startswith(DEMO) else now


def set_clock(clock: datetime | None, *, is_hourly: bool = False) -> None:
    """Let it live at that instant, or with None at our present."""
    values = {"clock": clock, "is_hourly": is_hourly}
    DemoCompany.objects.update_or_create(pk=DemoCompany.ONLY, defaults=values)

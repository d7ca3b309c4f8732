"""The present of the invented company, which may be behind ours."""

from datetime import datetime

from clouds.models import DemoCompany


def company_now(now: datetime) -> datetime:
    """Return its present: ours, or that up to which it was moved."""
    clocks = DemoCompany.objects.filter(clock__lt=now).values_list("clock", flat=True)
    return clocks.first() or now


def set_clock(clock: datetime | None) -> None:
    """Let it live at that instant, or with None at our present."""
    DemoCompany.objects.update_or_create(pk=DemoCompany.ONLY, defaults={"clock": clock})

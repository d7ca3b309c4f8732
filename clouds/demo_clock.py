"""The present of the invented company, which may be behind ours."""

from datetime import datetime

from clouds.models import DemoCompany


def company_now(now: datetime) -> datetime:
    """Return its present: ours, or that up to which it was moved."""
    clocks = DemoCompany.objects.filter(clock__lt=now).values_list("clock", flat=True)
    return clocks.first() or now

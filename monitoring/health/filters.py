"""Which checks: of what, and when."""

from clouds.filters import account_filter
from core.api.filters import AnyChoice, AnyText, WindowFilter, moment_filter
from monitoring.models import HealthPeriod, HealthState

FROM = "From this instant, such as 2026-01-31; inclusive."
UNTIL = "Until this instant; exclusive."


class HealthFilter(WindowFilter):
    component = AnyText(help_text="Such as database, workers or account-7.")
    account = account_filter()
    start = moment_filter("starts_at", "gte", FROM)
    end = moment_filter("starts_at", "lt", UNTIL)


class HealthPeriodFilter(HealthFilter):
    grain = AnyChoice(choices=HealthPeriod.Grain.choices, help_text="Only these.")
    state = AnyChoice(choices=HealthState.choices, help_text="Only these.")

"""The figures behind a recommendation on pages: with labels and units."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from django import template

from core.money import for_reading
from insights.templatetags.figures import UNKNOWN, share, words

register = template.Library()

# Labels other than the words of the key.
LABELS = {
    "average_percent": "Average CPU",
    "highest_percent": "Maximum CPU",
    "highest_p99_percent": "Maximum daily p99 CPU",
    "highest_on": "Maximum on",
    "days": "Days measured",
    "network_days": "Days with network metrics",
    "most_network_mb_a_day": "Maximum daily network",
    "needed_percent": "CPU needed",
    "needed_vcpus": "vCPUs needed",
    "memory_maximum_percent": "Maximum memory",
    "smallest_by_cpu": "Smallest type by CPU",
    "running_share": "Running time",
    "hourly_price": "Hourly price",
    "price_factor": "Effective rate",
    "monthly_cost": "Monthly cost",
    "new_monthly_cost": "New monthly cost",
    "at_most_monthly": "Monthly cost at most",
    "reading_monthly": "Monthly cost of reads",
    "read_share": "Share read a month",
    "break_even_percent": "Break-even share read a month",
    "minimum_days": "Minimum storage duration (days)",
    "size_gib": "Size",
    "storage_gib": "Storage",
    "hourly_list": "Hourly list price",
    "hourly_committed": "Hourly committed price",
    "commitment_total": "Commitment for the year",
    "steady": "Ran all day, every day",
    "least_busy_day": "Least busy day",
    "least_to_average_percent": "Least busy day to average",
    "break_even_use_percent": "Break-even utilization",
    "break_even_months": "Break-even in months",
    "used_percent": "Utilization",
    "unused_cost": "Cost of what was unused",
    "commitment_id": "Commitment",
    "iops": "IOPS",
    "throughput_mib": "Throughput",
    "age_days": "Age in days",
    "cost_per_unit": "Cost per unit",
    "saved_a_day": "Daily saving expected",
    "attached_monthly": "Volumes and addresses a month",
    "from_hourly_list": "Current hourly list price",
    "to_hourly_list": "New hourly list price",
    "off_from_hour_utc": "Stop at",
    "on_from_hour_utc": "Start at",
    "hours_known": "Hourly metrics",
    "since_is_exact": "Exact day",
    "gone_since": "Terminated",
    "bill_fell_a_day": "Daily bill reduction",
    "bill_noise_a_day": "Daily bill noise",
    "machine_a_day_before": "Daily instance cost before",
    "machine_a_day_after": "Daily instance cost after",
}
SHARES = {"running_share", "price_factor", "read_share"}
PRICES = {
    *("hourly_price", "from_hourly_list", "to_hourly_list"),
    *("hourly_list", "hourly_committed"),
}
COUNTS = {
    *("iops", "requests_a_day", "requests_a_month", "processed_bytes_a_month"),
    *("highest_requests_a_day", "highest_processed_bytes_a_day"),
}
AMOUNTS = {
    *("monthly_cost", "attached_monthly", "bill_fell_a_day", "bill_noise_a_day"),
    *("machine_a_day_before", "machine_a_day_after", "new_monthly_cost"),
    *("at_most_monthly", "reading_monthly", "cost_per_unit", "saved_a_day"),
    *("commitment_total", "unused_cost"),
}


@register.filter
def readable(figures: Mapping[str, object], currency: str) -> Iterator[tuple[str, str]]:
    """Yield (label, value) of each figure; money is in `currency`."""
    for name, value in figures.items():
        yield LABELS.get(name) or words(name), _readable(name, value, currency)


def _readable(name: str, value: object, currency: str) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in AMOUNTS:
        return for_reading(Decimal(str(value)), currency)
    if name in PRICES:
        return f"{Decimal(str(value)):.4f} {currency}"
    if name in SHARES:
        return share(float(str(value)))
    return _with_unit(name, str(value))


def _with_unit(name: str, value: str) -> str:
    if name.endswith("_percent"):
        return f"{float(value):,.1f}%"
    if name.endswith("_gib"):
        return f"{float(value):,.10g} GiB"
    if name == "throughput_mib":
        return f"{value} MiB/s"
    if name in COUNTS:
        return f"{float(value):,.0f}"
    if name.endswith("_mb_a_day"):
        return f"{float(value):,.0f} MB"
    if name.endswith("_hour_utc"):
        return f"{int(value):02}:00 UTC"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day.day} {day:%b %Y}"

"""How pages tell the figures behind a recommendation: named for people, with units."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from django import template

from insights.templatetags.figures import UNKNOWN, share, words
from rest.money import for_reading

register = template.Library()

# Named otherwise than by the words of their key.
LABELS = {
    "average_percent": "CPU on average",
    "highest_percent": "Highest CPU",
    "highest_p99_percent": "Highest CPU, p99 of a day",
    "highest_on": "Highest on",
    "days": "Days measured",
    "network_days": "Days of network",
    "most_network_mb_a_day": "Most network on a day",
    "needed_percent": "CPU needed",
    "needed_vcpus": "vCPUs needed",
    "memory_maximum_percent": "Highest memory",
    "smallest_by_cpu": "Smallest type by CPU",
    "running_share": "Share of time running",
    "hourly_price": "Price an hour",
    "price_factor": "Paid of the list price",
    "monthly_cost": "Cost a month",
    "attached_monthly": "Disks and addresses a month",
    "from_hourly_list": "List price an hour now",
    "to_hourly_list": "List price an hour then",
    "off_from_hour_utc": "Off from",
    "on_from_hour_utc": "On from",
    "hours_known": "Read hour by hour",
    "since_is_exact": "That day is exact",
    "bill_fell_a_day": "The bill fell a day by",
    "bill_noise_a_day": "It moves a day by",
    "machine_a_day_before": "The machine cost a day before",
    "machine_a_day_after": "The machine costs a day now",
}
SHARES = {"running_share", "price_factor"}
PRICES = {"hourly_price", "from_hourly_list", "to_hourly_list"}
AMOUNTS = {
    *("monthly_cost", "attached_monthly", "bill_fell_a_day", "bill_noise_a_day"),
    *("machine_a_day_before", "machine_a_day_after"),
}


@register.filter
def told(figures: Mapping[str, object], currency: str) -> Iterator[tuple[str, str]]:
    """(name, value) of each figure; money is in `currency`."""
    for name, value in figures.items():
        yield LABELS.get(name) or words(name), _told(name, value, currency)


def _told(name: str, value: object, currency: str) -> str:
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
        return f"{float(value):,.1f} %"
    if name.endswith("_mb_a_day"):
        return f"{float(value):,.0f} MB"
    if name.endswith("_hour_utc"):
        return f"{int(value):02}:00 UTC"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day.day} {day:%b %Y}"

"""How pages write money, shares, sizes and instants; None is unknown, a dash."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from core.clocks import is_ahead
from core.money import for_reading
from core.windows import ONE_DAY, Window

register = template.Library()

UNKNOWN = "—"
MINUS = "−"
# A change of a smaller share is no news.
SIGNIFICANT_SHARE = Decimal("0.01")
SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@register.filter
def money(amount: Decimal | None, currency: str | None) -> str:
    """`$1,234.56`, or `1,234.56 EUR`; less than half a cent is not shown as zero."""
    return UNKNOWN if amount is None else for_reading(amount, currency or "")


@register.filter
def money_change(amount: Decimal | None, currency: str | None) -> str:
    """Like money, with a plus sign for an increase."""
    text = money(amount, currency)
    return f"+{text}" if amount and amount > 0 else text


@register.filter
def money_cells(amounts: Sequence[Decimal | None], currency: str | None) -> SafeString:
    """Table cells of these amounts: a year of days has thousands of them."""
    if not amounts:
        return SafeString()
    # A row is escaped at once; format_html_join would take ten times as long.
    row = escape("\n".join([money(amount, currency) for amount in amounts]))
    cells = row.replace("\n", '</td><td class="number">')
    return mark_safe(f'<td class="number">{cells}</td>')  # noqa: S308


@register.filter
def quantity(amount: Decimal | None) -> str:
    """How much was used: six digits, or all those before the point."""
    if amount is None:
        return UNKNOWN
    before = len(f"{int(abs(amount))}") if abs(amount) >= 1 else 0
    whole, _, places = f"{amount:,.{max(6 - before, 0)}f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places}" if places else whole


@register.filter
def unit_price(amount: Decimal | None, currency: str | None) -> str:
    """What a unit costs: eight digits after the point, where it has them."""
    if amount is None:
        return UNKNOWN
    return for_reading(amount.quantize(Decimal("1e-8")), currency or "", exact=True)


@register.filter
def api_cost(usd: Decimal | None) -> str:
    """API cost in USD. A request costs a fraction of a cent, so four decimals."""
    if usd is None:
        return UNKNOWN
    return f"${usd:,.4f}" if usd else "$0.00"


@register.filter
def percent(value: float | Decimal | None) -> str:
    return UNKNOWN if value is None else f"{value:z,.1f}%"


@register.filter
def percent_change(value: float | None) -> str:
    """`+3.4%` or `−3.4%`."""
    if value is None:
        return UNKNOWN
    text = f"{value:+z,.1f}%".replace("-", MINUS)
    return "0.0%" if text == "+0.0%" else text


@register.filter
def kg(mass: float | None) -> str:
    """Emissions: `1,234 kg`, `12.3 kg`, `45.1 g`."""
    if mass is None:
        return UNKNOWN
    if abs(mass) >= 100:
        return f"{mass:,.0f} kg"
    # What would be "1e+03 g" is a kilogram.
    is_light = 0 < abs(mass) < 0.9995
    return f"{mass * 1000:.3g} g" if is_light else f"{mass:.1f} kg"


@register.filter
def size(count: int | None) -> str:
    """Bytes in the largest unit that leaves at least 1: `1.5 GiB`."""
    if count is None:
        return UNKNOWN
    value, unit = float(count), 0
    while value >= 1024 and unit < len(SIZES) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:,.0f} B" if unit == 0 else f"{value:,.1f} {SIZES[unit]}"


@register.filter
def day(value: date | None) -> str:
    """`19 Nov 2026`."""
    return UNKNOWN if value is None else f"{value.day} {value:%b %Y}"


@register.filter
def weekday(value: date | None) -> str:
    """`Thu 19 Nov 2026`."""
    return UNKNOWN if value is None else f"{value:%a} {day(value)}"


@register.filter
def month(value: date | None) -> str:
    """`November 2026`."""
    return UNKNOWN if value is None else f"{value:%B %Y}"


@register.filter
def at(value: date, granularity: str) -> str:
    """A point of a trend: the weekday and day, or the month that starts on it."""
    return month(value) if granularity == "monthly" else weekday(value)


@register.filter
def days(window: Window | None) -> str:
    """`21 Oct – 19 Nov 2026`: first and last day, both inclusive."""
    if window is None:
        return UNKNOWN
    first, last = window.start, window.end - ONE_DAY
    if first == last:
        return day(last)
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%b}{year} – {day(last)}"


@register.filter
def moment(at: datetime | None) -> str:
    """`2026-11-20 14:25 UTC`."""
    return UNKNOWN if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


@register.filter
def duration(elapsed: timedelta | None) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s` or `2 h 4 min`."""
    if elapsed is None:
        return UNKNOWN
    seconds = max(elapsed.total_seconds(), 0.0)
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> str:
    """`2 h ago`: with one unit."""
    if at is None:
        return UNKNOWN
    now = now or timezone.now()
    if is_ahead(at, now):
        return "in the future"
    minutes = max(int((now - at).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min ago" if minutes else "just now"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"


@register.filter
def since(at: datetime | None) -> str:
    """Elapsed time since then, to the second, for what is running now."""
    return UNKNOWN if at is None else duration(timezone.now() - at)


@register.filter
def growth(change: Decimal | None, of: Decimal | None = None) -> str:
    """The CSS class of a change of costs; flat where it is a small part `of` them."""
    if not change or (of and abs(change) < abs(of) * SIGNIFICANT_SHARE):
        return "flat"
    return "up" if change > 0 else "down"

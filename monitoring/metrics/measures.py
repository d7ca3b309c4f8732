"""How measured values are written."""

from core.templatetags.formats import percent, size


def measured(value: float | None, unit: str) -> str:
    """Return a value with its unit: 12.5%, 3.2 GiB, 1.4 MiB/s, 210."""
    if value is None:
        return "—"
    if unit == "%":
        return percent(value)
    if unit in ("bytes", "bytes/s"):
        return size(round(value)) + unit.removeprefix("bytes")
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number} {unit}".strip()

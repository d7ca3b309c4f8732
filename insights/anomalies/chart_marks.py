"""Anomalies as marks on charts of costs and CPU."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Abs

from clouds.access import AnyUser
from core.money import for_reading
from core.windows import ONE_DAY, Window
from insights.models import Anomaly
from inventory.models import Resource

# More marks hide the chart; the largest are the ones to see.
MOST_MARKS = 12


def anomalies_of_resource(
    resource: Resource, user: AnyUser, window: Window
) -> list[Anomaly]:
    """Return those of its CPU within these days. One query."""
    rows = Anomaly.objects.visible_to(user).within(window)
    rows = rows.filter(resource=resource.pk).select_related("resource")
    return list(rows.order_by("first_day", "id"))


def anomalies_of_costs(
    user: AnyUser,
    window: Window,
    currency: str | None,
    accounts: Sequence[str] = (),
    services: Sequence[str] = (),
) -> list[Anomaly]:
    """Return the largest within these days, in their order. One query.

    `accounts`, by their ids, limits them to those of these, and `services` to those of
    these or of no single one.
    """
    rows = Anomaly.objects.visible_to(user).within(window)
    rows = rows.filter(resource=None, currency=currency or "").exclude(
        status=Anomaly.Status.DISMISSED
    )
    if accounts:
        own = Q(account__account_id__in=accounts) | Q(sub_account_id__in=accounts)
        rows = rows.filter(own)
    if services:
        rows = rows.filter(service__in=[*services, ""])
    largest = rows.order_by(Abs("impact").desc(nulls_last=True), "pk")
    found = largest.select_related("account")[:MOST_MARKS]
    return sorted(found, key=lambda one: (one.first_day, one.pk))


def marked(chart: Mapping[str, Any], anomalies: Iterable[Anomaly]) -> dict[str, Any]:
    """Return the chart with a mark of each, a text and where it leads."""
    places = {label: at for at, label in enumerate(chart["labels"])}
    found = [(_place(one, places, chart["granularity"]), one) for one in anomalies]
    return {
        **chart,
        "anomalies": [
            {"at": at, "text": _text(one), "url": one.get_absolute_url()}
            for at, one in found
            if at is not None
        ],
    }


def _place(one: Anomaly, places: Mapping[str, int], granularity: str) -> int | None:
    """Return where its peak is, or else the first of its days that is shown."""
    if granularity == "monthly":
        return places.get(one.peak_day.replace(day=1).isoformat())
    days = (one.peak_day, *Window(one.first_day, one.last_day + ONE_DAY).days())
    shown = (places.get(day.isoformat()) for day in days)
    return next((at for at in shown if at is not None), None)


def _text(one: Anomaly) -> str:
    if one.impact is None:
        return f"Anomaly: {one.title}"
    sign = "+" if one.impact > 0 else ""
    return f"Anomaly: {one.title}, {sign}{for_reading(one.impact, one.currency)}"

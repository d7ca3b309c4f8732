"""The series that an anomaly was found in, as it is stored."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from core.windows import Window
from costs.models import DailyCost, TagCost
from costs.querysets import DailyCostQuerySet
from insights.models import Anomaly
from metrics.models import CpuMetric
from providers.records import ChargeCategory


def day_values(
    anomaly: Anomaly, window: Window
) -> Mapping[date, Decimal | float | None]:
    """Return the daily values of the part that the anomaly is of. One query."""
    if anomaly.resource_id:
        days = CpuMetric.objects.in_window(window).filter(resource=anomaly.resource_id)
        return dict(days.values_list("day", "average_percent"))
    rows = _rows(anomaly).in_window(window).filter(currency=anomaly.currency)
    which = {
        "account": anomaly.account_id,
        "sub_account_id": anomaly.sub_account_id,
        "service": anomaly.service,
        "region": anomaly.region,
    }
    rows = rows.filter(**{name: value for name, value in which.items() if value})
    return dict(rows.order_by().values_list("day").annotate(amount=Sum("billed")))


def _rows(anomaly: Anomaly) -> DailyCostQuerySet:
    """Return the costs that it was found in; by tag they have no charge category."""
    if anomaly.tag_key:
        tag = {"tag_key": anomaly.tag_key, "tag_value": anomaly.tag_value}
        return TagCost.objects.counted().filter(**tag)
    usage = ChargeCategory.USAGE.value
    return DailyCost.objects.counted().filter(charge_category=usage)

"""Costs on the wire; amounts are decimal strings in the currency beside them."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from clouds.account_fields import AccountIdField
from core.api.amounts import AmountField
from core.money import ZERO
from core.periods import PERIODS
from costs.groupings import BY_TAG, GROUPS, keys_of
from costs.models import DailyCost
from costs.queries.coverage import COMPARISONS
from costs.queries.query import GRANULARITIES, LARGEST_LIMIT
from costs.queries.summary import Group, Summary
from costs.queries.trend import OTHER, Point, Trend
from costs.querysets import METRICS

GROUPING = rf"({'|'.join(GROUPS)}|{BY_TAG}.+)"
GROUPINGS = rf"^{GROUPING}(,{GROUPING})?$"


class DailyCostSerializer(serializers.ModelSerializer[DailyCost]):
    """What one group of charges cost on one UTC day."""

    account = AccountIdField()
    billed = AmountField(read_only=True)
    effective = AmountField(read_only=True)

    class Meta:
        model = DailyCost
        fields = [
            "id",
            "account",
            "day",
            "sub_account_id",
            "service",
            "region",
            "resource_group",
            "charge_category",
            "currency",
            "billed",
            "effective",
            "is_estimated",
        ]


class MetricParameters(serializers.Serializer[Any]):
    """Of which days, and which amount of a row counts."""

    period = serializers.ChoiceField(
        choices=[*PERIODS],
        required=False,
        help_text="Complete days as of today, instead of start and end.",
    )
    metric = serializers.ChoiceField(
        choices=METRICS,
        default="billed",
        help_text="billed: as invoiced (unblended). effective: amortized.",
    )


class ComparedParameters(MetricParameters):
    """And what that is compared with."""

    compare = serializers.ChoiceField(
        choices=[*COMPARISONS],
        default="previous",
        help_text="previous: the period before. year_ago: the same days of last year.",
    )


class SummaryParameters(ComparedParameters):
    """And by what it is split."""

    group_by = serializers.RegexField(
        GROUPINGS,
        required=False,
        help_text="What `groups` are keyed by; two, such as account,service, by both. "
        "Without it there are none.",
    )
    limit = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_LIMIT,
        required=False,
        help_text='Only the largest so many groups; the rest is summed as "Other".',
    )


class PointParameters(MetricParameters):
    """How costs are cut into points."""

    granularity = serializers.ChoiceField(
        choices=GRANULARITIES,
        default="daily",
        help_text="monthly: a point is the first day of its month.",
    )


class TrendParameters(PointParameters):
    """How costs are cut into series and points."""

    group_by = serializers.RegexField(
        GROUPINGS,
        default="service",
        help_text="What a series is keyed by; two, such as account,service, by both. "
        "tag:KEY: by the values of a tag key that is read; an empty key is untagged, "
        "and null is a day that was not read by it.",
    )
    limit = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_LIMIT,
        required=False,
        help_text='Only the largest so many keys; the rest is summed as "Other".',
    )


class PointSerializer(serializers.Serializer[Any]):
    """What a day cost; null where that day is not stored."""

    day = serializers.DateField()
    amount = AmountField(allow_null=True)


class SeriesSerializer(serializers.Serializer[Any]):
    """One key's costs, a point for every day or month of the window."""

    key = serializers.CharField(
        source="name", help_text="Of two groupings both, as shop / Amazon S3."
    )
    keys = serializers.ListField(
        child=serializers.CharField(),
        help_text='The key of each grouping; none of the rest that is "Other".',
    )
    total = AmountField()
    points = PointSerializer(many=True)


class TrendSerializer(serializers.Serializer[Any]):
    """The series of a window, largest first; their totals sum to `total`."""

    start = serializers.DateField()
    end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    metric = serializers.CharField()
    granularity = serializers.CharField()
    group_by = serializers.CharField()
    total = AmountField(allow_null=True, help_text="null where no day is stored.")
    estimated_from = serializers.DateField(
        allow_null=True,
        help_text="Since when the cloud may still change it; may be before start.",
    )
    series = SeriesSerializer(many=True)


def trend_data(trend: Trend) -> dict[str, Any]:
    """As TrendSerializer has it, which takes five times as long for a year.

    Amounts and days are left to the renderer.
    """
    return {
        **{name: getattr(trend, name) for name in TREND_FIELDS},
        "series": [
            {
                "key": series.name,
                "keys": series.keys,
                "total": series.total,
                "points": [
                    {"day": day, "amount": amount} for day, amount in series.points
                ],
            }
            for series in trend.series
        ],
    }


TREND_FIELDS = [name for name in map(str, TrendSerializer().fields) if name != "series"]


class DaySerializer(serializers.Serializer[Any]):
    """What one UTC day cost in all; null where it is not stored."""

    date = serializers.DateField()
    cost = AmountField(allow_null=True)
    is_estimated = serializers.BooleanField(help_text="The cloud may still change it.")


class DaysSerializer(serializers.Serializer[Any]):
    """A row for every day of a window; their costs sum to `total`."""

    start = serializers.DateField()
    end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    metric = serializers.CharField()
    total = AmountField(allow_null=True, help_text="null where no day is stored.")
    days = DaySerializer(many=True)


def days_data(trend: Trend) -> dict[str, Any]:
    """As DaysSerializer has it, of a trend without a group."""
    # A window without a charge has no series.
    found = dict(trend.series[0].points) if trend.series else {}
    return {
        **{name: getattr(trend, name) for name in DAYS_FIELDS},
        "days": [
            {
                "date": day,
                "cost": found.get(day, ZERO if is_stored else None),
                "is_estimated": day in trend.estimated,
            }
            for day, is_stored in trend.periods.items()
        ],
    }


DAYS_FIELDS = [name for name in map(str, DaysSerializer().fields) if name != "days"]


class GroupSerializer(serializers.Serializer[Any]):
    """What one key cost in a window, and in what it is compared with."""

    key = serializers.CharField(help_text="Of two groupings both, as shop / Amazon S3.")
    keys = serializers.ListField(
        child=serializers.CharField(),
        help_text='The key of each grouping; none of the rest that is "Other".',
    )
    total = AmountField()
    previous_total = AmountField(allow_null=True)
    change_percent = serializers.FloatField(allow_null=True)


class SummarySerializer(serializers.Serializer[Any]):
    """A window in a few numbers; null where nothing is stored to tell it from."""

    start = serializers.DateField()
    end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    total = AmountField(allow_null=True)
    average_daily = AmountField(allow_null=True)
    highest = PointSerializer(allow_null=True)
    lowest = PointSerializer(allow_null=True)
    days = serializers.IntegerField(help_text="Days that are stored.")
    previous_total = AmountField(
        allow_null=True,
        help_text="Of what it is compared with, where that is stored whole.",
    )
    change_percent = serializers.FloatField(allow_null=True)
    estimated_days = serializers.IntegerField()
    unallocated = AmountField(
        allow_null=True, help_text="What the bill's total holds and no group names."
    )
    reconciled = serializers.BooleanField(
        allow_null=True,
        help_text="Whether every stored day's rows sum to the bill's total exactly, "
        "and no account lacks a day.",
    )
    unreconciled_days = serializers.IntegerField()
    missing_days = serializers.IntegerField()
    groups = GroupSerializer(
        many=True, help_text="With `group_by`, the largest first; they sum to `total`."
    )
    still_expected = AmountField(
        allow_null=True,
        help_text="What the newest days will still grow by, as such days grew after "
        "they were first read. null: not known yet.",
    )
    raw_days = serializers.IntegerField(
        allow_null=True, help_text="How many days of the window still grow notably."
    )


SUMMARY_FIELDS = [
    name for name in map(str, SummarySerializer().fields) if name != "groups"
]


def summary_data(summary: Summary, groups: Sequence[Group] = ()) -> dict[str, Any]:
    """As SummarySerializer has it; amounts and days are left to the renderer."""
    values = {name: getattr(summary, name) for name in SUMMARY_FIELDS}
    points = {name: value for name, value in values.items() if isinstance(value, Point)}
    by_name = {name: point._asdict() for name, point in points.items()}
    return values | by_name | {"groups": [group_data(one) for one in groups]}


def group_data(one: Group) -> dict[str, Any]:
    is_rest = one.key == OTHER
    return {
        "key": " / ".join(keys_of(one.key)),
        "keys": [] if is_rest else keys_of(one.key),
        "total": one.total,
        "previous_total": one.before,
        "change_percent": one.change_percent,
    }

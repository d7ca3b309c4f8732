"""The largest changes of costs on the wire."""

from typing import Any

from rest_framework import serializers

from core.api.amounts import AmountField
from costs.api.serializers import ComparedParameters, TrendParameters
from costs.groupings import groups_of, keys_of
from costs.largest_changes.ranking import SHOWN, Change, LargestChanges
from costs.queries.query import LARGEST_LIMIT


class ChangesParameters(ComparedParameters):
    """How costs are split, and what they are compared with."""

    group_by = TrendParameters().fields["group_by"]
    limit = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_LIMIT,
        default=SHOWN,
        help_text="So many of the largest changes.",
    )


class CostChangeSerializer(serializers.Serializer[Any]):
    """What a key cost, beside what it cost before."""

    key = serializers.CharField(help_text="Of two groupings both, as shop / Amazon S3.")
    keys = serializers.ListField(
        child=serializers.CharField(), help_text="The key of each grouping."
    )
    total = AmountField()
    previous_total = AmountField()
    change = AmountField()
    change_percent = serializers.FloatField(allow_null=True)


class ChangesSerializer(serializers.Serializer[Any]):
    """The largest changes, up or down; with `others` they sum to `change`."""

    start = serializers.DateField()
    end = serializers.DateField(
        help_text="Exclusive; not after the newest day that is stored."
    )
    previous_start = serializers.DateField()
    previous_end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    metric = serializers.CharField()
    group_by = serializers.CharField()
    total = AmountField(allow_null=True, help_text="null where no day is stored.")
    previous_total = AmountField(allow_null=True)
    change = AmountField(allow_null=True)
    changes = CostChangeSerializer(many=True)
    others = AmountField(help_text="By how much all that is not listed changed.")
    not_compared = serializers.ListField(
        child=serializers.CharField(),
        help_text="Accounts that lack days of either window; they are in no sum.",
    )


def changes_data(found: LargestChanges, account_ids: list[str]) -> dict[str, Any]:
    """As ChangesSerializer has it; `account_ids` are those that are not compared."""
    query, whole = found.query, found.whole
    return {
        "start": query.window.start,
        "end": query.window.end,
        "previous_start": query.compared_with.start,
        "previous_end": query.compared_with.end,
        "currency": query.currency or None,
        "metric": query.metric,
        "group_by": query.group_by,
        "total": whole and whole.total,
        "previous_total": whole and whole.before,
        "change": whole and whole.change,
        "changes": [_change_data(one, query.group_by) for one in found.changes],
        "others": found.others,
        "not_compared": account_ids,
    }


def _change_data(one: Change, group_by: str) -> dict[str, Any]:
    keys = keys_of(one.key)
    return {
        "key": " / ".join(keys),
        "keys": keys if groups_of(group_by) else [],
        "total": one.total,
        "previous_total": one.before,
        "change": one.change,
        "change_percent": one.change_percent,
    }

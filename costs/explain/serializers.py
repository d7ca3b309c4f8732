"""Explanations on the wire, and as rows of a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from core.api.amounts import AmountField
from core.money import ZERO
from core.windows import Window
from costs.api.serializers import ComparedParameters
from costs.explain.cause_links import (
    cause_name,
    query_of_cause,
    query_of_step,
    step_name,
)
from costs.explain.records import Cause, Explanation, Kind, Part, Step, tells_use
from costs.queries.query import BASES, IGNORABLE, CostQuery

COLUMNS = ["kind", "name", "account", "service", "charge_category", "since"]


class ExplanationParameters(ComparedParameters):
    """What is compared, and how."""

    previous_start = serializers.DateField(
        required=False,
        help_text="The first day of the period to compare with. Default: the period "
        "before; of the first days of a month, the same days of the month before.",
    )
    previous_end = serializers.DateField(
        required=False, help_text="Its end, exclusive; given with previous_start."
    )
    basis = serializers.ChoiceField(
        choices=BASES,
        default=BASES[0],
        help_text="total: both periods as they are. daily: their averages a day.",
    )
    ignore = serializers.MultipleChoiceField(
        choices=IGNORABLE,
        required=False,
        help_text="What to leave out of both periods: anomalies; one_time: fees, "
        "credits, refunds, tax and charges of the 1st of a month.",
    )


class UseSerializer(serializers.Serializer[Any]):
    """What one resource is charged for by one usage type."""

    resource = serializers.CharField(help_text="Its id; empty: of none.")
    name = serializers.CharField()
    usage_type = serializers.CharField()
    operation = serializers.CharField()
    change = AmountField()


class ServiceUsesSerializer(serializers.Serializer[Any]):
    """By what a service's lines changed: uses and others sum to it exactly."""

    change = AmountField()
    uses = UseSerializer(many=True, help_text="The largest changes first.")
    others = serializers.IntegerField(help_text="How many more changed.")
    others_change = AmountField()


class CostCauseSerializer(serializers.Serializer[Any]):
    """One cause of a change."""

    name = serializers.CharField()
    account = serializers.CharField(help_text="Empty: all accounts.")
    service = serializers.CharField(help_text="Empty: all services.")
    charge_category = serializers.CharField(help_text="Empty: any.")
    since = serializers.DateField(
        allow_null=True, help_text="The first day that differs, where there is one."
    )
    now = AmountField()
    before = AmountField(
        help_text="In the previous period; of what is used more or less, what as many "
        "working days and weekends would have cost."
    )
    change = AmountField()
    anomaly = serializers.CharField(allow_null=True, help_text="Its page.")
    lines = ServiceUsesSerializer(
        allow_null=True,
        help_text="By what all lines of the service changed; null without lines.",
    )
    costs = serializers.CharField(help_text="The page of costs that shows it.")


class StepSerializer(serializers.Serializer[Any]):
    """All causes of one kind."""

    kind = serializers.ChoiceField(choices=[*Kind])
    name = serializers.CharField()
    change = AmountField(help_text="Of all of them.")
    causes = CostCauseSerializer(
        many=True, help_text="The significant ones, largest first."
    )
    others = serializers.IntegerField(help_text="How many more there are.")
    costs = serializers.CharField(help_text="The page of costs that shows it.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why costs differ between two periods: the steps sum to the change exactly.

    Null is what is not known, because a period is not stored completely.
    """

    start = serializers.DateField()
    end = serializers.DateField(help_text="Exclusive.")
    previous_start = serializers.DateField()
    previous_end = serializers.DateField(help_text="Exclusive.")
    currency = serializers.CharField(allow_null=True)
    metric = serializers.CharField()
    basis = serializers.CharField()
    ignore = serializers.ListField(child=serializers.CharField())
    incomplete = serializers.ListField(
        child=serializers.CharField(),
        help_text="The periods, as start..end, that are not stored completely.",
    )
    total = AmountField(allow_null=True)
    previous_total = AmountField(allow_null=True)
    change = AmountField(allow_null=True)
    change_percent = serializers.FloatField(allow_null=True)
    change_without_anomalies = AmountField(allow_null=True)
    is_significant = serializers.BooleanField(allow_null=True)
    least_significant = AmountField(
        allow_null=True, help_text="What a change must exceed to be significant."
    )
    is_by_account = serializers.BooleanField(
        allow_null=True,
        help_text="false: the bill is large; changes are explained by service alone.",
    )
    steps = StepSerializer(many=True)


def explanation_data(
    query: CostQuery,
    incomplete: Sequence[Window],
    found: Explanation | None,
    uses: Mapping[Part, Any],
) -> dict[str, Any]:
    """As ExplanationSerializer has it; amounts and days are left to the renderer."""
    return {
        "start": query.window.start,
        "end": query.window.end,
        "previous_start": query.compared_with.start,
        "previous_end": query.compared_with.end,
        "currency": query.currency or None,
        "metric": query.metric,
        "basis": query.basis,
        "ignore": list(query.ignore),
        "incomplete": [str(window) for window in incomplete],
        "total": found and found.total,
        "previous_total": found and found.previous_total,
        "change": found and found.change,
        "change_percent": found and found.change_percent,
        "change_without_anomalies": found and found.without_incidents,
        "is_significant": found and found.is_significant,
        "least_significant": found and found.least,
        "is_by_account": found and found.is_by_account,
        "steps": [_step(step, found, query, uses) for step in found.steps]
        if found
        else [],
    }


def _step(
    step: Step, found: Explanation, query: CostQuery, uses: Mapping[Part, Any]
) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "name": step_name(step, found),
        "change": step.change,
        "causes": [
            {
                **_cause(cause, found, query),
                "lines": _uses(cause, uses),
            }
            for cause in step.causes
        ],
        "others": step.others,
        "costs": costs_page(query_of_step(step, found, query)),
    }


def _cause(cause: Cause, found: Explanation, query: CostQuery) -> dict[str, Any]:
    return {
        "name": cause_name(cause),
        "account": cause.part.account,
        "service": cause.part.service,
        "charge_category": cause.category,
        "since": cause.since,
        "now": cause.now,
        "before": cause.before,
        "change": cause.change,
        "anomaly": cause.incident and cause.incident.url,
        "costs": costs_page(query_of_cause(cause, found, query)),
    }


def _uses(cause: Cause, uses: Mapping[Part, Any]) -> dict[str, Any] | None:
    found = uses.get(cause.part) if tells_use(cause) else None
    return found and {
        "change": found.change,
        "uses": [one._asdict() for one in found.named],
        "others": found.others,
        "others_change": found.others_change,
    }


def costs_page(query: str) -> str:
    return f"{reverse('costs')}?{query}"


def explanation_rows(query: CostQuery, found: Explanation) -> Iterator[Sequence[Any]]:
    """A row for each cause, and for what a kind has besides: they sum to the change."""
    yield [*COLUMNS, "change", "currency"]
    for step in found.steps:
        for cause in step.causes:
            names = (cause_name(cause), *cause.part, cause.category, cause.since)
            yield [step.kind.value, *names, cause.change, query.currency]
        if rest := step.change - sum((one.change for one in step.causes), ZERO):
            name = f"{step_name(step, found)}: {step.others} others"
            yield [step.kind.value, name, "", "", "", None, rest, query.currency]

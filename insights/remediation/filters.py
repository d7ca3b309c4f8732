"""Filters of remediations, for the API and the page."""

import django_filters as filters

from clouds.filters import account_filter, provider_filter
from core.api.filters import (
    AnyChoice,
    AnyText,
    UnknownLastOrder,
    YesOrNo,
    moment_filter,
)
from insights.feedback.filters import insight_choice
from insights.models import Anomaly, Recommendation, Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.querysets import RemediationQuerySet


class RemediationFilter(filters.FilterSet):
    account = account_filter()
    provider = provider_filter()
    status = AnyChoice(choices=Remediation.Status.choices, help_text="Only these.")
    open = YesOrNo(
        method="is_open", help_text="Whether it waits for a user or a worker."
    )
    kind = AnyChoice(choices=RemediationKind.choices, help_text="Only these.")
    resource = AnyText("resource__resource_id", help_text="By its cloud's id.")
    recommendation = insight_choice(Recommendation)
    anomaly = insight_choice(Anomaly)
    after = moment_filter("proposed_at", "gte", "Proposed at or after this instant.")
    before = moment_filter("proposed_at", "lt", "Proposed before this instant.")
    search = filters.CharFilter(
        "resource__name", "icontains", help_text="Part of the resource's name."
    )
    ordering = UnknownLastOrder(
        fields=["proposed_at", "approved_at", "finished_at", "status", "kind"]
    )

    def is_open(
        self, queryset: RemediationQuerySet, name: str, value: bool
    ) -> RemediationQuerySet:
        wanted = {"status__in": Remediation.OPEN}
        return queryset.filter(**wanted) if value else queryset.exclude(**wanted)

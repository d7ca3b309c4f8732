"""Filters of the audit log, for the API and the page."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from core.api.filters import moment_filter
from users.models import AuditEntry

# kind -> how its actions begin
KINDS = {
    "sign-in": ("sign_in", "sign_out", "password"),
    "people": ("user", "group", "token"),
    "accounts": ("cloudaccount",),
    "syncs": ("sync", "backfill", "periodictask"),
    "assistant": ("answer",),
    "insights": ("anomaly", "recommendation", "feedback", "budget", "plannedchange"),
    "actions": ("remediation",),
    "teams": ("team", "teamrule"),
    "security": ("finding",),
    "demo": ("demo",),
}


class AuditFilter(filters.FilterSet):
    after = moment_filter("at", "gte", "At or after this instant.")
    before = moment_filter("at", "lt", "Before this instant.")
    user = filters.CharFilter(field_name="user_name", help_text="Username.")
    action = filters.CharFilter(help_text="Such as sync.start or sign_in.fail.")
    kind = filters.ChoiceFilter(
        method="of_kind",
        choices=[(kind, kind.capitalize()) for kind in KINDS],
        help_text="Actions of one subject.",
    )
    object_type = filters.CharFilter(help_text="Such as clouds.cloudaccount.")
    object_id = filters.CharFilter(help_text="ID of the object.")
    search = filters.CharFilter(
        method="searched", help_text="Part of a username or of an object's name."
    )

    def of_kind(self, entries: QuerySet[AuditEntry], name: str, kind: str) -> Any:
        wanted = Q()
        for noun in KINDS[kind]:
            wanted |= Q(action=noun) | Q(action__startswith=f"{noun}.")
        return entries.filter(wanted)

    def searched(self, entries: QuerySet[AuditEntry], name: str, text: str) -> Any:
        return entries.filter(
            Q(user_name__icontains=text) | Q(object_label__icontains=text)
        )

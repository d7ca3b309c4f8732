"""Filters of the audit log."""

import django_filters as filters

from core.api.filters import moment_filter
from users.models import AuditEntry


class AuditFilter(filters.FilterSet):
    after = moment_filter("at", "gte", "At or after this instant.")
    before = moment_filter("at", "lt", "Before this instant.")
    user = filters.CharFilter(field_name="user_name", help_text="Username.")
    action = filters.CharFilter(help_text="Such as sync.start or sign_in.fail.")
    object_type = filters.CharFilter(help_text="Such as clouds.cloudaccount.")
    object_id = filters.CharFilter(help_text="ID of the object.")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

"""Which entries of the audit trail."""

import django_filters as filters

from people.models import AuditEntry
from rest.filters import moment_filter


class AuditFilter(filters.FilterSet):
    after = moment_filter("at", "gte", "Done then or later.")
    before = moment_filter("at", "lt", "Done earlier than this instant.")
    user = filters.CharFilter(field_name="user_name", help_text="A user's name.")
    action = filters.CharFilter(help_text="Such as sync.start or sign_in.fail.")
    object_type = filters.CharFilter(help_text="Such as syncs.cloudaccount.")
    object_id = filters.CharFilter(help_text="The number of what it was done to.")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

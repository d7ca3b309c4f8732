"""Filters of findings and scans, for the API and the page."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from core.api.filters import AnyText, WindowFilter, end_filter, start_filter
from monitoring.scans.models import SEVERITY_CHOICES, Finding, FindingStatus


class FindingFilter(filters.FilterSet):
    status = filters.ChoiceFilter(
        method="having",
        choices=FindingStatus.choices,
        help_text="Present status; a finding is fixed once a scan finds it no more.",
    )
    severity = filters.ChoiceFilter(choices=SEVERITY_CHOICES)
    scanner = AnyText(help_text="Such as bandit, django or advisories.")
    rule = AnyText(help_text="As its scanner names it, such as B608.")
    search = filters.CharFilter(
        "message", "icontains", help_text="Part of the message."
    )

    def having(self, rows: QuerySet[Finding], name: str, status: str) -> Any:
        found: Any = rows
        return found.with_status(status, timezone.now().date())


class ScanFilter(WindowFilter):
    """Those that were started on the days from `start` to before `end`."""

    start = start_filter("started_at__date")
    end = end_filter("started_at__date")

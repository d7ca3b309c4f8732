"""The endpoint of what broke alert rules."""

import django_filters as filters
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from core.api.filters import YesOrNo, moment_filter
from core.api.permissions import MayView
from core.api.viewsets import RowsViewSet
from monitoring.rules.models import Breach


class BreachSerializer(serializers.ModelSerializer[Breach]):
    """What broke an alert rule: one series or component, from when to when."""

    rule = serializers.CharField(source="rule.name")
    severity = serializers.CharField(source="rule.severity")

    class Meta:
        model = Breach
        fields = [
            *("id", "rule", "severity", "subject", "sentence"),
            *("since", "notified_at", "seen_at", "ended_at"),
        ]


class BreachFilter(filters.FilterSet):
    open = YesOrNo("ended_at", "isnull", help_text="Whether the breach has not ended.")
    start = moment_filter("since", "gte", "Begun from this time on.")
    end = moment_filter("since", "lt", "Begun before this time.")


class BreachViewSet(RowsViewSet):
    """What broke alert rules, the newest first."""

    queryset = Breach.objects.select_related("rule").order_by("-since", "-id")
    permission_classes = [IsAuthenticated, MayView]
    serializer_class = BreachSerializer
    filterset_class = BreachFilter
    csv_name = "breaches"

"""The endpoint of commitments as clouds tell of them; amounts are decimal strings."""

import django_filters as filters
from django.db.models import F
from rest_framework import serializers

from clouds.filters import account_filter, provider_filter
from clouds.models import CloudAccount
from clouds.versions import data_version
from core.api.amounts import AmountField
from core.api.filters import AnyText, Order
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from costs.commitments.models import CommitmentCoverage, CommitmentUse
from syncs.datasets import Dataset


class CommitmentUseFilter(filters.FilterSet):
    account = account_filter()
    provider = provider_filter()
    kind = AnyText(help_text="Reservation, Savings Plan, or both.")
    region = AnyText(help_text="One or several regions.")
    ordering = Order(fields=["unused", "cost", "ends_on"])


class CommitmentUseSerializer(serializers.ModelSerializer[CommitmentUse]):
    """What one commitment cost in some days, and what of it was used."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    cost = AmountField(read_only=True, help_text="Amortized.")
    used = AmountField(read_only=True)
    unused = AmountField(read_only=True)
    list_cost = AmountField(
        read_only=True,
        allow_null=True,
        help_text="What its use would have cost on demand.",
    )
    used_percent = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = CommitmentUse
        fields = [
            *("id", "account", "commitment_id", "kind", "description", "region"),
            *("start", "end", "cost", "used", "unused", "used_percent", "list_cost"),
            *("currency", "ends_on", "read_at"),
        ]


class CommitmentUseViewSet(RowsViewSet):
    """Utilization of reservations and savings plans, the largest waste first.

    From Cost Explorer, where AWS_COMMITMENT_UTILIZATION has it read; a bill's line
    items tell the same under `lines/commitments/`.
    """

    pagination_class = Pages
    queryset = CommitmentUse.objects.select_related("account").order_by(
        F("unused").desc(), "id"
    )
    serializer_class = CommitmentUseSerializer
    filterset_class = CommitmentUseFilter
    csv_name = "commitments"

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.COMMITMENTS)


class CommitmentCoverageFilter(filters.FilterSet):
    account = account_filter()
    provider = provider_filter()
    kind = AnyText(help_text="Reservation, Savings Plan, or both.")
    service = AnyText(commas=False, help_text="Repeat it for several services.")
    region = AnyText(help_text="One or several regions.")
    ordering = Order(fields=["on_demand", "service", "region"])


class CommitmentCoverageSerializer(serializers.ModelSerializer[CommitmentCoverage]):
    """What of a service's usage in some days one kind of commitment covered."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    covered = AmountField(read_only=True)
    total = AmountField(
        read_only=True, help_text="All that it could cover, covered or not."
    )
    on_demand = AmountField(
        read_only=True, help_text="The cost of usage that it did not cover."
    )
    covered_percent = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = CommitmentCoverage
        fields = [
            *("id", "account", "kind", "service", "region", "start", "end"),
            *("covered", "total", "unit", "covered_percent", "on_demand"),
            *("currency", "read_at"),
        ]


class CommitmentCoverageViewSet(RowsViewSet):
    """Coverage by reservations and savings plans, the largest cost on demand first.

    From Cost Explorer, where AWS_COMMITMENT_UTILIZATION has it read. Reservations cover
    hours, savings plans the cost at on-demand rates, so the two are no parts of a sum.
    """

    pagination_class = Pages
    queryset = CommitmentCoverage.objects.select_related("account").order_by(
        F("on_demand").desc(), "id"
    )
    serializer_class = CommitmentCoverageSerializer
    filterset_class = CommitmentCoverageFilter
    csv_name = "commitment-coverage"

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.COMMITMENTS)

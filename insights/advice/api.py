"""The endpoint of what clouds themselves advise; amounts are decimal strings."""

from rest_framework import serializers

from clouds.account_fields import AccountIdField
from clouds.versions import data_version
from core.api.amounts import AmountField
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from insights.advice.filters import AdviceFilter
from insights.models import Advice
from syncs.datasets import Dataset


class AdviceSerializer(serializers.ModelSerializer[Advice]):
    """One recommendation of a cloud's own adviser, in its words."""

    account = AccountIdField()
    provider = serializers.CharField(source="account.provider", read_only=True)
    monthly_savings = AmountField(
        read_only=True,
        allow_null=True,
        help_text="As the cloud estimates. Several may be of the same saving: they "
        "cannot be added up, and are in none of our sums.",
    )

    class Meta:
        model = Advice
        fields = [
            *("id", "account", "provider", "advice_id", "type_id", "impact"),
            *("problem", "solution", "resource_id", "resource_type", "resource_name"),
            *("region", "term", "monthly_savings", "currency", "details"),
            *("updated_at", "first_seen_at", "last_seen_at"),
        ]


class AdviceViewSet(RowsViewSet):
    """What clouds themselves advise (Azure Advisor), the largest saving first.

    Beside our own recommendations, and in no sum of them.
    """

    pagination_class = Pages
    queryset = Advice.objects.select_related("account").largest_saving_first()
    serializer_class = AdviceSerializer
    filterset_class = AdviceFilter
    csv_name = "advice"

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.ADVICE)

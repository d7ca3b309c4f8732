"""What requests cost, on the wire: decimal strings in USD."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from clouds.models import CloudAccount
from core.api.amounts import AmountField
from syncs.models import ApiUsage


class StoredUsdField(AmountField):
    """An amount that is stored as a whole number of 10^-5 USD."""

    def to_representation(self, value: Any) -> str:
        return super().to_representation(Decimal(value).scaleb(-5))


class ApiUsageSerializer(serializers.ModelSerializer[ApiUsage]):
    """The requests of one operation for one account on one UTC day."""

    account = serializers.SlugRelatedField[CloudAccount](
        slug_field="account_id", read_only=True
    )
    usd = StoredUsdField(source="usd_e5", read_only=True)

    class Meta:
        model = ApiUsage
        fields = ["id", "account", "day", "service", "operation", "requests", "usd"]


class UsageSerializer(serializers.Serializer[Any]):
    """Requests and what they cost in USD."""

    requests = serializers.IntegerField()
    usd = AmountField()


class SpendLineSerializer(serializers.Serializer[Any]):
    """One service or account, today and this month."""

    name = serializers.CharField(help_text="As IAM names a service; an account's id.")
    today = UsageSerializer()
    month = UsageSerializer()


class SpendSummarySerializer(serializers.Serializer[Any]):
    """What reading the cloud costs today and this month, in UTC."""

    day = serializers.DateField(help_text="Today.")
    today = UsageSerializer()
    month = UsageSerializer(help_text="From its first day, today included.")
    daily_budget_usd = AmountField(
        allow_null=True, help_text="AWS_API_DAILY_BUDGET_USD; null where none is set."
    )
    budget_left_usd = AmountField(
        allow_null=True, help_text="What today's further requests may cost together."
    )
    services = SpendLineSerializer(many=True)
    accounts = SpendLineSerializer(many=True)

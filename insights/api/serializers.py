"""Forecasts and anomalies on the wire; amounts are decimal strings."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from insights.models import Anomaly, Forecast, ForecastPoint
from insights.models.changes import StatusChange
from insights.track_record import Compared
from rest.money import AmountField
from syncs.api.serializers import refuse_unknown_fields
from syncs.models import CloudAccount

LONGEST_NOTE = 2000


class AccountId(serializers.SlugRelatedField[CloudAccount]):
    """An account by its id; null stands for all accounts together."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="account_id", read_only=True, **kwargs)


class ForecastPointSerializer(serializers.ModelSerializer[ForecastPoint]):
    """One forecast day and its two intervals."""

    mean = AmountField(read_only=True)
    low_80 = AmountField(read_only=True)
    high_80 = AmountField(read_only=True)
    low_95 = AmountField(read_only=True)
    high_95 = AmountField(read_only=True)

    class Meta:
        model = ForecastPoint
        fields = ["day", "mean", "low_80", "high_80", "low_95", "high_95"]


class AccuracySerializer(serializers.Serializer[Forecast]):
    """How the same method did on the scope's own past; null: it is too short to try."""

    mase = serializers.FloatField(allow_null=True, help_text="Below 1 is good.")
    naive_mase = serializers.FloatField(
        allow_null=True, help_text="What repeating the last week gets."
    )
    smape = serializers.FloatField(allow_null=True, help_text="0 to 200 percent.")
    coverage_80 = serializers.FloatField(
        allow_null=True, help_text="Share of days inside the 80 % interval."
    )
    coverage_95 = serializers.FloatField(
        allow_null=True, help_text="Share of days inside the 95 % interval."
    )
    folds = serializers.IntegerField(help_text="How many days it was tried from.")


class ForecastSerializer(serializers.ModelSerializer[Forecast]):
    """What the daily costs of one scope will be."""

    account = AccountId(allow_null=True, help_text="null: all accounts together.")
    accuracy = AccuracySerializer(source="*", read_only=True)
    points = ForecastPointSerializer(many=True, read_only=True)

    class Meta:
        model = Forecast
        fields = [
            "id",
            "account",
            "scope",
            "key",
            "currency",
            "made_at",
            "data_until",
            "horizon",
            "model",
            "note",
            "is_newest",
            "is_replayed",
            "accuracy",
            "points",
        ]


class ComparedSerializer(serializers.Serializer[Compared]):
    """One past forecast beside what came."""

    forecast = serializers.IntegerField(source="forecast.pk")
    told_on = serializers.DateField(source="forecast.data_until")
    start = serializers.DateField(source="window.start")
    end = serializers.DateField(source="window.end")
    told = AmountField()
    came = AmountField()
    error_percent = serializers.FloatField(allow_null=True)
    share_within_80 = serializers.FloatField()
    share_within_95 = serializers.FloatField()


class ForecastDetailSerializer(ForecastSerializer):
    """A forecast, and what earlier ones of the same scope said."""

    past = ComparedSerializer(many=True, read_only=True)

    class Meta(ForecastSerializer.Meta):
        fields = [*ForecastSerializer.Meta.fields, "past"]


class ChangeSerializer(serializers.Serializer[StatusChange]):
    """One change of a status; without a user a refresh made it."""

    at = serializers.DateTimeField()
    user = serializers.CharField(source="user_name")
    old_status = serializers.CharField()
    new_status = serializers.CharField()
    note = serializers.CharField()


class StoredAmountField(AmountField):
    """An amount that JSON keeps as a text."""

    def to_representation(self, value: Decimal | str) -> str:
        return super().to_representation(Decimal(value))


class CauseSerializer(serializers.Serializer[Any]):
    """One part of an anomaly, and what it added."""

    name = serializers.CharField()
    account = serializers.CharField()
    service = serializers.CharField()
    region = serializers.CharField()
    amount = StoredAmountField()
    share = serializers.FloatField(help_text="0 to 1 of the whole.")


class AnomalySerializer(serializers.ModelSerializer[Anomaly]):
    """Days that were not as expected. Of a machine, amounts are percent of its CPU."""

    account = AccountId(allow_null=True, help_text="null: all accounts together.")
    instance_id = serializers.CharField(
        source="resource.resource_id", allow_null=True, default=None, read_only=True
    )
    unit = serializers.CharField(read_only=True, help_text="A currency, or %.")
    expected = AmountField(read_only=True)
    low = AmountField(read_only=True)
    high = AmountField(read_only=True)
    actual = AmountField(read_only=True)
    impact = AmountField(
        read_only=True,
        allow_null=True,
        help_text="What all its days cost beyond what was expected.",
    )
    causes = CauseSerializer(many=True, read_only=True)

    class Meta:
        model = Anomaly
        fields = [
            "id",
            "title",
            "account",
            "scope",
            "sub_account_id",
            "service",
            "region",
            "instance_id",
            "unit",
            "kind",
            "direction",
            "first_day",
            "last_day",
            "peak_day",
            "seen_on",
            "is_over",
            "expected",
            "low",
            "high",
            "actual",
            "impact",
            "severity",
            "confidence",
            "recall",
            "false_per_month",
            "causes",
            "status",
            "detected_at",
            "version",
        ]
        read_only_fields = fields


class AnomalyDetailSerializer(AnomalySerializer):
    """An anomaly with who gave it which status."""

    changes = ChangeSerializer(many=True, read_only=True)

    class Meta(AnomalySerializer.Meta):
        fields = [*AnomalySerializer.Meta.fields, "changes"]
        read_only_fields = fields


class MoveSerializer(serializers.Serializer[Any]):
    """A new status, and which version it is a change of."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read: 409 with the row as it is where that is not it.",
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_NOTE
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_unknown_fields(self)
        return attrs


class MoveAnomalySerializer(MoveSerializer):
    """A new status of an anomaly."""

    status = serializers.ChoiceField(choices=Anomaly.Status.choices)

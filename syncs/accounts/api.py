"""The API of accounts."""

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from clouds.account_fields import AccountIdField
from clouds.filters import CloudAccountFilter
from clouds.models import CloudAccount
from clouds.registry import acts_for
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet


class CloudAccountSerializer(serializers.ModelSerializer[CloudAccount]):
    """One account of a cloud. Its external ID is a secret and stays out."""

    payer = AccountIdField(allow_null=True)
    role_arn = serializers.CharField(
        source="settings.role_arn", default="", read_only=True
    )
    regions = serializers.ListField(
        child=serializers.CharField(),
        source="settings.regions",
        default=list,
        read_only=True,
    )
    tag_keys = serializers.ListField(
        child=serializers.CharField(),
        source="settings.tag_keys",
        default=list,
        read_only=True,
        help_text="The tag keys by which its costs are read.",
    )
    tenant = serializers.CharField(source="settings.tenant", default="", read_only=True)
    client_id = serializers.CharField(
        source="settings.client_id", default="", read_only=True
    )
    acts = serializers.SerializerMethodField(
        help_text="Whether it has an acting role, so that resources can be changed."
    )

    def get_acts(self, account: CloudAccount) -> bool:
        return acts_for(account)

    class Meta:
        model = CloudAccount
        fields = [
            "id",
            "provider",
            "account_id",
            "name",
            "role_arn",
            "regions",
            "tag_keys",
            "tenant",
            "client_id",
            "acts",
            "is_payer",
            "payer",
            "is_enabled",
            "created_at",
        ]


class CloudAccountViewSet(RowsViewSet):
    """The accounts that are read."""

    pagination_class = Pages
    queryset = CloudAccount.objects.select_related("payer").order_by("name", "id")
    serializer_class = CloudAccountSerializer
    filterset_class = CloudAccountFilter
    csv_name = "accounts"


def named_account(request: Request, name: str) -> CloudAccount:
    """Return the one account of that id or name which the user may see."""
    accounts = CloudAccount.objects.visible_to(request.user).select_related("payer")
    account: CloudAccount | None = accounts.one_called(name)
    if account is None:
        raise ValidationError({"account": [f"There is no account {name}."]})
    return account

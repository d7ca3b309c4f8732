"""List prices of resources as the API answers them."""

import django_filters as filters
from django.db.models import Count, Max
from rest_framework import serializers

from clouds.registry import CloudKind
from core.api.amounts import AmountField
from core.api.filters import AnyChoice, AnyText, Order
from core.api.viewsets import RowsViewSet
from inventory.models import Resource
from pricing.models import RESOURCE_PRICE_KEY, ResourcePrice


class ResourcePriceFilter(filters.FilterSet):
    provider = AnyChoice(choices=CloudKind.choices, help_text="The cloud.")
    region = AnyText(help_text="One or several regions.")
    kind = AnyChoice(
        choices=Resource.Kind.choices, help_text="One or several kinds of resources."
    )
    engine = AnyText(help_text="Of databases, one or several, such as postgres.")
    sku = AnyText(
        help_text="A size or variety as the inventory has it, such as gp3, Premium_LRS "
        "or db.m5.large."
    )
    currency = AnyText(help_text="Such as USD.")
    ordering = Order(fields=["sku", "region", "amount", "read_at"])


class ResourcePriceSerializer(serializers.ModelSerializer[ResourcePrice]):
    """What one `unit` costs on demand, of which there is more than `from_quantity`.

    Where the unit is a month, it is the whole price of a size above `from_quantity`.
    """

    amount = AmountField()
    from_quantity = AmountField()

    class Meta:
        model = ResourcePrice
        fields = [
            *RESOURCE_PRICE_KEY,
            *("amount", "minimum_days", "read_at"),
        ]


class ResourcePriceViewSet(RowsViewSet):
    """List prices of disks, snapshots, storage, databases, addresses, gateways and load
    balancers, as their clouds publish them: on demand, before discounts."""

    queryset = ResourcePrice.objects.order_by("id")
    serializer_class = ResourcePriceSerializer
    filterset_class = ResourcePriceFilter
    csv_name = "resource-prices"
    decimals = None

    def data_version(self) -> str:
        """Return the version of the prices themselves, which all accounts share."""
        rows = ResourcePrice.objects.order_by().aggregate(Count("id"), Max("read_at"))
        return "-".join(map(str, rows.values()))

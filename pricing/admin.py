"""The admin of list prices, which only syncs write."""

from django.contrib import admin
from unfold.contrib.filters.admin import AllValuesCheckboxFilter

from core.admin.columns import moment
from core.money import for_reading
from pricing.models import (
    RESOURCE_PRICE_KEY,
    InstancePrice,
    PricedFamily,
    ResourcePrice,
)
from users.audited_admin import ReadOnlyAdmin


@admin.display(description="hourly", ordering="hourly")
def hourly(row: InstancePrice) -> str:
    return for_reading(row.hourly, row.currency)


@admin.register(InstancePrice)
class InstancePriceAdmin(ReadOnlyAdmin[InstancePrice]):
    list_display = (
        *("instance_type", "region", "operating_system", "tenancy"),
        *(hourly, "provider", moment("read_at")),
    )
    list_filter = ("provider",)
    search_fields = ("instance_type", "region")
    ordering = ("provider", "region", "instance_type", "operating_system")


@admin.register(PricedFamily)
class PricedFamilyAdmin(ReadOnlyAdmin[PricedFamily]):
    list_display = (
        *("family", "region", "operating_system", "tenancy", "currency"),
        *("provider", moment("read_at")),
    )
    list_filter = ("provider",)
    search_fields = ("family", "region")
    ordering = ("provider", "region", "operating_system", "family")


@admin.display(description="price", ordering="amount")
def amount(row: ResourcePrice) -> str:
    return for_reading(row.amount, row.currency, exact=True)


@admin.register(ResourcePrice)
class ResourcePriceAdmin(ReadOnlyAdmin[ResourcePrice]):
    list_display = (
        *("sku", "kind", "engine", "redundancy", "region"),
        *(amount, "unit", "from_quantity", "provider", moment("read_at")),
    )
    list_filter = ("provider", ("kind", AllValuesCheckboxFilter), "unit")
    search_fields = ("sku", "region", "engine")
    ordering = tuple(RESOURCE_PRICE_KEY)

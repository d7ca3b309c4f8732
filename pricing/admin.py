"""The admin of list prices, which only syncs write."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from core.admin.columns import moment
from core.money import for_reading
from pricing.models import InstancePrice, PricedFamily
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
    list_filter = (("provider", ChoicesDropdownFilter),)
    search_fields = ("instance_type", "region")
    ordering = ("provider", "region", "instance_type", "operating_system")


@admin.register(PricedFamily)
class PricedFamilyAdmin(ReadOnlyAdmin[PricedFamily]):
    list_display = (
        *("family", "region", "operating_system", "tenancy"),
        *("provider", moment("read_at")),
    )
    list_filter = (("provider", ChoicesDropdownFilter),)
    search_fields = ("family", "region")
    ordering = ("provider", "region", "operating_system", "family")

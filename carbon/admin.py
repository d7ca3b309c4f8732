"""The admin of energy and emissions. Only a refresh writes them."""

from django.contrib import admin

from carbon.models import EmissionTotal, ResourceEmission
from core.admin.columns import day, figure, linked, moment
from inventory.admin import ResourceRowsAdmin
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page

DAY = day("day")
RESOURCE = linked("resource", ordering="resource__name")
ACCOUNT_OF_RESOURCE = linked("resource.account", ordering="resource__account__name")
PARTS = ("cpu_kwh", "memory_kwh", "storage_kwh", "network_kwh")
SUMS = ("kwh", "operational_kg", "embodied_kg")


@admin.register(ResourceEmission)
class ResourceEmissionAdmin(ResourceRowsAdmin[ResourceEmission]):
    list_display = (
        *(DAY, RESOURCE, ACCOUNT_OF_RESOURCE),
        *(figure(ResourceEmission, name) for name in SUMS),
        "unknown",
    )
    list_select_related = ("resource__account",)
    list_filter = (
        *("resource__account", "resource", "day"),
        ("unknown", admin.AllValuesFieldListFilter),
    )
    date_hierarchy = "day"
    # Exactly the index of days: millions of rows are paged without a sort.
    ordering = ("-day", "-resource_id")
    fields = page(
        (DAY, "resource", ACCOUNT_OF_RESOURCE),
        tuple(figure(ResourceEmission, name) for name in PARTS),
        (*(figure(ResourceEmission, name) for name in SUMS), "unknown"),
    )


@admin.register(EmissionTotal)
class EmissionTotalAdmin(ReadOnlyAdmin[EmissionTotal]):
    list_display = (
        *(DAY, ACCOUNT, "kind", "region"),
        *(figure(EmissionTotal, name) for name in SUMS),
        *("resources", "unknown"),
    )
    list_filter = ("account", "kind", "day")
    date_hierarchy = "day"
    ordering = ("-day", "-account_id", "kind", "region")
    fields = page(
        *((DAY, ACCOUNT), ("kind", "region")),
        tuple(figure(EmissionTotal, name) for name in SUMS),
        ("resources", "unknown", "embodied_unknown"),
        (moment("computed_at"),),
    )

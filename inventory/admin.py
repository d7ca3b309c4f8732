"""The admin of machines and of what changed about them. Only a sync writes either."""

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AllValuesCheckboxFilter,
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
)

from inventory.models import Instance, StateChange
from syncs.columns import day, label, linked, moment, pairs, stored_rows, unbroken
from syncs.readonly import M, ReadOnlyAdmin, page

# Others, such as pending and stopping, pass within minutes.
STATE_KINDS = {"running": "success", "stopped": "warning", "terminated": "danger"}
# So many machines that a search names are looked up one by one.
MOST_KEYS = 5000
SEEN = (moment("first_seen_at"), moment("last_seen_at"), moment("gone_since"))


@admin.display(description="instance id", ordering="instance_id")
def instance_id(instance: Instance) -> SafeString:
    return unbroken(instance.instance_id)


@admin.display(description="state", ordering="state")
def state(instance: Instance) -> SafeString:
    if instance.is_gone:
        return label(StateChange.GONE, "danger")
    return label(instance.state, STATE_KINDS.get(instance.state, ""))


@admin.display(description="memory, GiB", ordering="memory_mib")
def memory(instance: Instance) -> str:
    gib = instance.memory_gib
    return "-" if gib is None else f"{gib:,.1f}"


@admin.display(description="tags")
def tags(instance: Instance) -> SafeString:
    return pairs(instance.tags)


def few_keys(machines: QuerySet[Instance]) -> Collection[int] | QuerySet[Any]:
    """The keys of these machines, looked up here where they are few.

    Each text is then searched once rather than for the count, the page and the dates;
    and who must guess how few they are reads millions of their days in order.
    """
    keys = machines.values_list("pk", flat=True)
    found = list(keys[: MOST_KEYS + 1])
    return found if len(found) <= MOST_KEYS else keys


@admin.register(Instance)
class InstanceAdmin(ReadOnlyAdmin[Instance]):
    list_display = (
        instance_id,
        "name",
        linked("account", ordering="account__name"),
        "region",
        state,
        "instance_type",
        "vcpus",
        day("launched_at"),
        moment("last_seen_at"),
    )
    list_display_links = (instance_id, "name")
    list_select_related = ("account",)
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("state", AllValuesCheckboxFilter),
        ("region", AllValuesCheckboxFilter),
        ("instance_type", FieldTextFilter),
        ("gone_since", admin.EmptyFieldListFilter),
    )
    search_fields = ("instance_id", "name", "private_ip", "public_ip", "tags")
    search_help_text = "Part of an id, a name, an IP address or a tag."
    # The index of regions gives this order; names are then sorted within one of them.
    ordering = ("account_id", "region", "name", "id")
    fieldsets = (
        (
            None,
            {"fields": page((instance_id, "name", "account"), state, stored_rows)},
        ),
        (
            "Machine",
            {
                "fields": page(
                    ("instance_type", "vcpus", memory),
                    ("platform", "lifecycle", "image_id"),
                    ("region", "availability_zone", "vpc_id"),
                    ("private_ip", "public_ip", moment("launched_at")),
                    tags,
                )
            },
        ),
        ("Seen", {"fields": page(SEEN)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Instance], search_term: str
    ) -> tuple[QuerySet[Instance], bool]:
        found, doubled = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, doubled
        return queryset.filter(pk__in=few_keys(found.order_by())), False


class OfInstances(ReadOnlyAdmin[M]):
    """Rows of machines: a search finds the machines first, and then their rows."""

    # What InstanceAdmin looks at; named here, so that there is a field to type into.
    search_fields = ("instance__instance_id",)
    search_help_text = InstanceAdmin.search_help_text

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if not search_term:
            return queryset, False
        machines = Instance.objects.seen_by(request.user).order_by()
        of_machines = self.admin_site.get_model_admin(Instance)
        found, _ = of_machines.get_search_results(request, machines, search_term)
        return queryset.filter(instance__in=few_keys(found)), False


@admin.register(StateChange)
class StateChangeAdmin(OfInstances[StateChange]):
    list_display = (
        moment("at"),
        linked("instance", ordering="instance__name"),
        linked("instance.account", ordering="instance__account__name"),
        "field",
        "old_value",
        "new_value",
        linked("run", ordering="run"),
    )
    list_select_related = ("instance__account", "run__account")
    list_filter = (
        ("instance__account", AutocompleteSelectFilter),
        ("instance", AutocompleteSelectFilter),
        ("run", AutocompleteSelectFilter),
        ("field", ChoicesDropdownFilter),
        ("new_value", FieldTextFilter),
    )
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fields = page(moment("at"), "instance", ("field", "old_value", "new_value"), "run")

"""The admin of resources and of their changes. Only a sync writes either."""

from collections.abc import Collection
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import smart_split, unescape_string_literal
from unfold.contrib.filters.admin import (
    AllValuesCheckboxFilter,
)

from clouds.versions import data_version
from core.admin.columns import day, label, linked, moment, pairs, stored_rows, unbroken
from core.api.cache import computed_once, key_of
from inventory.kinds import DATASETS, KINDS, Kind
from inventory.list_options import CACHED_AS
from inventory.models import Instance, Resource, StateChange
from inventory.querysets import ResourceQuerySet
from users.audited_admin import ACCOUNT, M, ReadOnlyAdmin, page

# Others, such as pending and stopping, pass within minutes.
STATE_KINDS = {
    "running": "success",
    **dict.fromkeys(["stopped", "deallocated"], "warning"),
    "terminated": "danger",
}
# Up to so many resources that match a search are looked up by key.
MOST_KEYS = 5000
LAST_SEEN = moment("last_seen_at")
SEEN = (moment("first_seen_at"), LAST_SEEN, moment("gone_since"))


@admin.display(description="resource ID", ordering="resource_id")
def resource_id(resource: Resource) -> SafeString:
    return unbroken(resource.resource_id)


@admin.display(description="state", ordering="state")
def state(resource: Resource) -> SafeString:
    if resource.is_gone:
        return label(resource.gone_word, "danger")
    return label(resource.state, STATE_KINDS.get(resource.state, ""))


@admin.display(description="memory, GiB", ordering="memory_mib")
def memory(instance: Instance) -> str:
    gib = instance.memory_gib
    return "-" if gib is None else f"{gib:,.1f}"


@admin.display(description="tags")
def tags(resource: Resource) -> SafeString:
    return pairs(resource.tags)


def few_keys(resources: QuerySet[Any]) -> Collection[int] | QuerySet[Any]:
    """Return the keys of these resources, looked up here where they are few.

    Each text is then searched once rather than for the count, the page and the dates;
    a planner that must guess how few they are reads millions of their days in order.
    """
    keys = resources.values_list("pk", flat=True)
    first_keys = list(keys[: MOST_KEYS + 1])
    return first_keys if len(first_keys) <= MOST_KEYS else keys


class ValuesOfKind(AllValuesCheckboxFilter):  # type: ignore[misc] # untyped
    """The values of a kind's resources, which an index of all resources tells without
    a join."""

    def __init__(
        self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(field, request, *args, **kwargs)
        model = args[1]
        kinds = [kind for kind in KINDS if KINDS[kind].model is model]
        seen = Resource.objects.visible_to(request.user)
        rows = seen.filter(kind__in=kinds) if kinds else seen
        values = rows.order_by(field.name).values_list(field.name, flat=True)
        version = data_version(request.user, *DATASETS)
        self.lookup_choices = computed_once(
            key_of(version, [CACHED_AS, field.name, *kinds]),
            CACHED_AS,
            lambda: list(values.distinct()),
        )


class BaseResourceAdmin(ReadOnlyAdmin[M]):
    """The admin of resources of any kind, and of one."""

    list_display_links: Any = (resource_id, "name")
    list_filter: ClassVar[Any] = (
        "account",
        ("state", ValuesOfKind),
        ("region", ValuesOfKind),
        "resource_group",
        ("gone_since", admin.EmptyFieldListFilter),
    )
    search_help_text = "Part of an ID, a name, an IP address or a tag."
    # An index gives this order; names are then sorted within a region.
    ordering = ("account_id", "region", "name", "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if not search_term:
            return queryset, False
        matches = cast("ResourceQuerySet", queryset.order_by())
        for word in smart_split(search_term):
            is_quoted = word[0] in "\"'" and word[0] == word[-1]
            text = unescape_string_literal(word) if is_quoted else word
            matches = matches.search(text, "tags")
        return queryset.filter(pk__in=few_keys(matches)), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        # A primary key that is a foreign key takes no number too large for the column.
        return super().get_object(request, object_id, from_field or "id")


@admin.register(Resource)
class ResourceAdmin(BaseResourceAdmin[Resource]):
    list_display: Any = (
        *(resource_id, "name", "kind"),
        *(ACCOUNT, "region", state, LAST_SEEN),
    )
    list_filter: ClassVar[Any] = ("kind", *BaseResourceAdmin.list_filter)
    search_fields = (
        *("resource_id", "name", "tags"),
        *("instance__private_ip", "instance__public_ip"),
    )
    fields = page(
        (resource_id, "name", "kind"),
        ("account", "region", "resource_group"),
        (state, tags),
        stored_rows,
        SEEN,
    )


@admin.register(Instance)
class InstanceAdmin(BaseResourceAdmin[Instance]):
    list_display: Any = (
        *(resource_id, "name", ACCOUNT, "region", state),
        *("instance_type", "vcpus", day("launched_at"), LAST_SEEN),
    )
    list_filter: ClassVar[Any] = (*BaseResourceAdmin.list_filter, "instance_type")
    search_fields = ("resource_id", "name", "private_ip", "public_ip", "tags")
    fieldsets = (
        (None, {"fields": page((resource_id, "name", "account"), state, stored_rows)}),
        (
            "Instance",
            {
                "fields": page(
                    ("instance_type", "vcpus", memory),
                    ("operating_system", "tenancy", "lifecycle"),
                    ("platform", "paid_anyway", "monitoring", "image_id"),
                    ("region", "availability_zone", "vpc_id"),
                    "resource_group",
                    ("private_ip", "public_ip", moment("launched_at")),
                    tags,
                )
            },
        ),
        ("Seen", {"fields": page(SEEN)}),
    )


def kind_admin(kind: Kind) -> type[BaseResourceAdmin[Resource]]:
    """Return the admin of a kind as the table of kinds describes it."""
    traits = KINDS[kind]
    rows = traits.model._default_manager.all()
    lines: dict[str, Any] = {
        "list_display": (
            *(resource_id, "name", ACCOUNT, "region", state),
            *(*traits.columns, LAST_SEEN),
        ),
        "search_fields": (*rows.texts, *rows.addresses, "tags"),
        "fieldsets": (
            (None, {"fields": page((resource_id, "name", "account"), state)}),
            (
                kind.label,
                {
                    "fields": page(
                        *traits.own_fields,
                        ("region", "resource_group", moment("created_at")),
                        (tags, stored_rows),
                    )
                },
            ),
            ("Seen", {"fields": page(SEEN)}),
        ),
    }
    return type(f"{traits.model.__name__}Admin", (BaseResourceAdmin,), lines)


for one in KINDS:
    if one != Kind.INSTANCE:
        admin.site.register(KINDS[one].model, kind_admin(one))


class ResourceRowsAdmin(ReadOnlyAdmin[M]):
    """Rows of resources: a search finds the resources first, and then their rows."""

    # What ResourceAdmin looks at; named here, so that there is a field to type into.
    search_fields = ("resource__resource_id",)
    search_help_text = ResourceAdmin.search_help_text

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if not search_term:
            return queryset, False
        resources = Resource.objects.visible_to(request.user).order_by()
        resource_admin = self.admin_site.get_model_admin(Resource)
        matches, _ = resource_admin.get_search_results(request, resources, search_term)
        return queryset.filter(resource__in=few_keys(matches)), False


@admin.register(StateChange)
class StateChangeAdmin(ResourceRowsAdmin[StateChange]):
    list_display: Any = (
        moment("at"),
        linked("resource", ordering="resource__name"),
        linked("resource.account", ordering="resource__account__name"),
        "field",
        "old_value",
        "new_value",
        linked("run", ordering="run"),
    )
    list_select_related = ("resource__account", "run__account")
    list_filter: ClassVar[Any] = (
        *("resource__account", "resource", "run"),
        *("field", "new_value"),
    )
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fields = page(moment("at"), "resource", ("field", "old_value", "new_value"), "run")

"""Pages of resources: all kinds, those of a section, and one of any kind but machines,
whose page joins other rooms."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views import View
from django.views.generic.detail import SingleObjectMixin

from clouds.labels import clouds_of
from clouds.models import CloudAccount
from core.db.keys_first import KeysFirst
from core.db.ordering import unknown_last
from core.pages import FilteredPage, VisibleRowsMixin
from inventory.api.views import ENDPOINTS, ResourceViewSet
from inventory.breakdowns import Part
from inventory.facts import (
    Column,
    columns_of,
    summary_of,
    text_of,
)
from inventory.filters import ResourceFilter
from inventory.kinds import KINDS, Kind, noun_of
from inventory.list_options import list_options
from inventory.models import Resource, short_id
from inventory.tag_picker import show_tags, tag_picker
from syncs.datasets import Dataset, not_offered
from syncs.models import SyncRun

# The API answers the same questions as these pages, and their files.
BREAKDOWN_TITLES = {
    Kind.VOLUME: "Size by volume type",
    Kind.SNAPSHOT: "Size by storage tier",
    Kind.BUCKET: "Size by storage tier",
    Kind.DATABASE: "Storage by engine",
    Kind.ADDRESS: "Addresses by state",
    Kind.NAT_GATEWAY: "NAT gateways by type",
    Kind.LOAD_BALANCER: "Load balancers by type",
}


class ResourceListView(FilteredPage):
    """Resources that the user may see, 50 a page: of all kinds, or of one of a
    section's."""

    live_topics = ("resources",)
    template_name = "inventory/resources.html"
    paginate_by = 50
    paginator_class = KeysFirst
    title = "Resources"
    kinds: ClassVar[Sequence[Kind]] = ()

    @cached_property
    def kind(self) -> Kind | None:
        """The kind of the section that is shown; None: all kinds at once."""
        wanted = self.request.GET.get("kind")
        return next((one for one in self.kinds if one == wanted), None) or next(
            iter(self.kinds), None
        )

    @property
    def model_shown(self) -> type[Resource]:
        return KINDS[self.kind].model if self.kind else Resource

    def get_permission_required(self) -> list[str]:
        return [f"inventory.view_{self.model_shown._meta.model_name}"]

    def get_filterset_class(self) -> type[ResourceFilter]:
        shown = ENDPOINTS[self.kind] if self.kind else ResourceViewSet
        return shown.filterset_class

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.model_shown._default_manager.all()
        seen = rows.visible_to(self.request.user).select_related("account")
        if self.kind is None:
            seen = seen.select_related(*map(accessor, KINDS))
        return seen.order_by("account_id", "region", "name", "id")

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        order = queryset.query.order_by
        field = queryset.model._meta.get_field(order[0].removeprefix("-"))
        if field.null:
            queryset = queryset.order_by(unknown_last(order[0]), *order[1:])
        return super().paginate_queryset(queryset, page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        accounts = list(CloudAccount.objects.visible_to(user).order_by("name"))
        options = list_options(user, self.kind)
        context: dict[str, Any] = super().get_context_data(
            title=self.title,
            kind=self.kind,
            kinds=self.kinds,
            counts=kind_counts(options.counts, self.kinds),
            states=options.states,
            regions=options.regions,
            groups=options.groups,
            accounts=accounts,
            clouds=clouds_of(accounts),
            gone_label="Deleted",
            command="sync",
            **kwargs,
        )
        if self.kind:
            context |= _of_kind(self.kind, options.parts, accounts)
        context["tags"] = tag_picker(options, self.request.GET, accounts)
        show_tags(context["object_list"], context["tags"].column)
        context["can_attach"] = "attached" in context["filter"].filters
        sortable = context["filter"].filters["ordering"].param_map.values()
        columns = columns_of(self.kind, sortable) if self.kind else []
        describe(context["object_list"], columns)
        if self.kind is None:
            summarize(context["object_list"])
        return context | {"columns": columns, **self._chosen()}

    def _chosen(self) -> dict[str, Any]:
        """Return what the page's links and form repeat of its address."""
        chosen = {name: value for name, value in self.request.GET.items() if value}
        filters = chosen.keys() - {"page", "ordering", *(["kind"] if self.kind else [])}
        asked = [
            (name, each) for name, each in self.request.GET.lists() if name in filters
        ]
        endpoint = reverse(f"{self.model_shown._meta.model_name}-list")
        return {
            "filtered": bool(filters),
            "files": f"{endpoint}?{urlencode(asked, doseq=True)}",
            "path": self.request.path + (f"?kind={self.kind}" if self.kind else ""),
            "hidden_fields": [
                (name, chosen[name]) for name in ("kind", "ordering") if name in chosen
            ],
        }


class AnyResourceView(VisibleRowsMixin, SingleObjectMixin[Resource], View):
    """Lead to the page of a resource of any kind."""

    permission_required = "inventory.view_resource"
    model = Resource

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(self.get_object())


def accessor(kind: Kind) -> str:
    """Return how a Resource calls what only its kind has."""
    return str(KINDS[kind].model._meta.model_name)


def kind_counts(
    present: Mapping[tuple[str, str], int], kinds: Sequence[Kind]
) -> list[tuple[Kind, str, int]]:
    """Return kind, its noun and how many are present, in the order of the table."""
    counts = Counter[str]()
    for (kind, _), count in present.items():
        counts[kind] += count
    return [
        (kind, noun_of(kind, counts[kind]), counts[kind]) for kind in kinds or KINDS
    ]


def _of_kind(
    kind: Kind, parts: Sequence[Part], accounts: Iterable[CloudAccount]
) -> dict[str, Any]:
    return {
        "breakdown": parts,
        "has_sizes": any(part.size_bytes is not None for part in parts),
        "breakdown_title": BREAKDOWN_TITLES[kind],
        "command": KINDS[kind].dataset.command,
        "notes": reading_notes(accounts, KINDS[kind].dataset),
    }


def describe(resources: Iterable[Any], columns: Sequence[Column]) -> None:
    """Give each the texts of its columns, and the resources that it names."""
    resources = list[Any](resources)
    for one in resources:
        one.cells = [(column, text_of(one, column.name)) for column in columns]
    linked = {(one.account_id, each) for one in resources for each in one.linked_ids}
    found = Resource.objects.filter(
        account__in={account for account, _ in linked},
        resource_id__in={each for _, each in linked},
    )
    by_id = {(one.account_id, one.resource_id): one for one in found} if linked else {}
    for one in resources:
        one.links = [
            (each, short_id(each), by_id.get((one.account_id, each)))
            for each in one.linked_ids
        ]


def summarize(resources: Iterable[Any]) -> None:
    """Give each of any kind its row as that kind, and what it is in a few words."""
    for one in resources:
        one.detail = getattr(one, accessor(Kind(one.kind)), one)
        one.detail.account = one.account
        one.summary = summary_of(one.detail) if one.detail is not one else ""


def reading_notes(
    accounts: Iterable[CloudAccount], dataset: Dataset
) -> list[tuple[CloudAccount, str]]:
    """Return the accounts of which a dataset is not known, and why."""
    good = SyncRun.objects.filter(dataset=dataset, status__in=SyncRun.GOOD)
    read = set(good.order_by().values_list("account_id", flat=True).distinct())
    notes = []
    for account in accounts:
        if absence := not_offered(account, dataset):
            notes.append((account, absence))
        elif account.pk not in read:
            notes.append((account, "not read yet"))
    return notes

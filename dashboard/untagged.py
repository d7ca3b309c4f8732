"""Resources without tags, or without a chosen one: what costs most first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone

from clouds.labels import clouds_of, tag_keys_of
from clouds.models import CloudAccount
from core.api.files import SHEETS, table_file
from core.db.ordering import ranked
from core.money import ZERO
from core.pages import FilteredPage
from dashboard.places import VIEW_COSTS
from dashboard.resource_costs import ResourceCost, resource_costs
from insights.owners.matching import OwnerRules, traits_of_resource
from inventory.filters import AnyKindFilter
from inventory.kinds import Kind
from inventory.models import Resource
from inventory.tags import count_tag_keys

# More are not priced at once; they are found by filters.
MOST_PRICED = 2000
# Of too many, those are priced whose kind costs most by experience.
COSTLY_FIRST = (
    *(Kind.INSTANCE, Kind.DATABASE, Kind.NAT_GATEWAY, Kind.LOAD_BALANCER),
    *(Kind.VOLUME, Kind.BUCKET, Kind.SNAPSHOT, Kind.ADDRESS),
)
FORMATS = ("csv", *SHEETS)
CSV_COLUMNS = (
    *("resource_id", "kind", "name", "account", "account_name", "provider"),
    *("region", "resource_group", "state", "owner", "team"),
    *("monthly_cost", "currency", "cost_basis", "tags"),
)


@dataclass(frozen=True, slots=True)
class UntaggedResource:
    resource: Resource
    cost: ResourceCost
    team: str
    """Who pays for it by the rules of teams; "" where none matches."""


@dataclass(slots=True)
class TaggedShare:
    """What resources cost a month, and those of them that lack the tag."""

    currency: str
    total: Decimal = ZERO
    untagged: Decimal = ZERO

    @property
    def percent(self) -> float | None:
        """How much of the cost is tagged."""
        if not self.total:
            return None
        return float((self.total - self.untagged) / self.total * 100)


@dataclass(frozen=True, slots=True)
class UntaggedReport:
    rows: Sequence[UntaggedResource]
    """What costs most first; what has no known price last."""
    count: int
    """Of all that lack it, whether priced or not."""
    present: int
    shares: Sequence[TaggedShare]
    """Per currency; none where there are too many to price all of them."""
    unpriced: int
    """Of the rows."""


def untagged_report(
    resources: Any, key: str, user: Any, now: datetime
) -> UntaggedReport:
    """Return those of these present resources that lack the key, or have no tag."""
    lacking = resources.lacking_tag(key) if key else resources.filter(tags={})
    present, count = resources.count(), lacking.count()
    priced = resources if present <= MOST_PRICED else lacking
    rows = list(priced.order_by(ranked("kind", COSTLY_FIRST), "id")[:MOST_PRICED])
    with_bill = user.has_perm(VIEW_COSTS)
    costs = resource_costs(rows, user, now, with_bill=with_bill)
    teams = OwnerRules(now) if user.has_perm("costs.view_team") else None
    found = [
        UntaggedResource(
            one, costs[one.pk], teams.team_of(traits_of_resource(one)) if teams else ""
        )
        for one in rows
        if lacks(one, key)
    ]
    found.sort(key=lambda one: (one.cost.monthly is None, -(one.cost.monthly or ZERO)))
    return UntaggedReport(
        found,
        count,
        present,
        shares(rows, costs, key) if present <= MOST_PRICED else (),
        sum(one.cost.monthly is None for one in found),
    )


def lacks(resource: Resource, key: str) -> bool:
    return key not in resource.tags if key else not resource.tags


def shares(
    resources: Iterable[Resource], costs: dict[int, ResourceCost], key: str
) -> list[TaggedShare]:
    found: dict[str, TaggedShare] = {}
    for one in resources:
        cost = costs[one.pk]
        if cost.currency and cost.monthly:
            share = found.setdefault(cost.currency, TaggedShare(cost.currency))
            share.total += cost.monthly
            if lacks(one, key):
                share.untagged += cost.monthly
    return [found[currency] for currency in sorted(found)]


class UntaggedFilter(AnyKindFilter):
    key = filters.CharFilter(
        method="of_all", max_length=128, help_text="The tag that is looked for."
    )

    def of_all(self, queryset: QuerySet[Resource], name: str, value: str) -> Any:
        """Those that have it are counted too."""
        return queryset


class UntaggedView(FilteredPage):
    """Those that lack the tag `key`, or any tag; 50 a page, or all as a file."""

    permission_required = "inventory.view_resource"
    template_name = "dashboard/untagged.html"
    queryset = Resource.objects.present().select_related("account__payer", "owner")
    filterset_class = UntaggedFilter
    paginate_by = 50
    report: UntaggedReport
    key = ""

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        self.key = self.filterset.form.cleaned_data.get("key", "")
        user = self.request.user
        self.report = untagged_report(queryset, self.key, user, timezone.now())
        return super().paginate_queryset(self.report.rows, page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        accounts = list(CloudAccount.objects.visible_to(user).order_by("name"))
        present = Resource.objects.visible_to(user).present()
        counts = count_tag_keys(present)
        counts.pop(None, None)
        return context | {
            "report": self.report,
            "key": self.key,
            "keys": sorted({one for one in (*counts, self.key) if one}),
            "billed_keys": tag_keys_of(accounts),
            "accounts": accounts,
            "clouds": clouds_of(accounts),
            "regions": present.values_of("region"),
            "kinds": Resource.Kind.choices,
            "filtered": bool(self.request.GET),
        }

    # A file is a response too.
    def render_to_response(  # type: ignore[override]
        self, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponseBase:
        """Answer the page, or with a `format` all of the report as a file."""
        if self.request.GET.get("format") in FORMATS and not context["filter"].errors:
            return table_file(self.request, "untagged", csv_rows(self.report))
        return super().render_to_response(context, **kwargs)


def csv_rows(report: UntaggedReport) -> Iterator[Sequence[object]]:
    yield CSV_COLUMNS
    for row in report.rows:
        one, cost = row.resource, row.cost
        yield [
            *(one.resource_id, one.kind, one.name, one.account.account_id),
            *(one.account.name, one.account.provider, one.region, one.resource_group),
            *(one.state, one.owner and one.owner.get_username(), row.team),
            *(cost.monthly, cost.currency, cost.basis, one.tags),
        ]

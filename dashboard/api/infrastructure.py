"""What runs, with its utilization, monthly cost and savings, by the names of the
product's first description."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.cursors import CursorPages
from core.api.files import table_file, wants_file
from core.api.viewsets import ROWS_AT_ONCE, RowsViewSet
from core.money import ZERO
from core.windows import last_complete_days
from costs.lines.models import LINES_DATASET
from dashboard.api.infrastructure_serializers import (
    KindCostsSerializer,
    PricedResourceSerializer,
    StorageSerializer,
    VmSerializer,
)
from dashboard.resource_costs import ResourceCost, resource_costs
from dashboard.resource_lines import ids_query, with_lines
from dashboard.summary import summary_version
from insights.models import Recommendation
from inventory.api.views import in_order
from inventory.filters import AnyKindFilter, BucketFilter
from inventory.models import Bucket, Instance, Resource
from inventory.querysets import RUNNING
from metrics.filters import InstanceCpuFilter
from metrics.idle import IDLE_WINDOW_DAYS
from metrics.models import CpuMetric, MemoryMetric

COUNT: dict[str, Any] = {"type": "integer", "description": "Of all pages."}
BYTES_PER_GB = 10**9


class InfrastructurePages(CursorPages):
    """Pages whose rows have a name, beside totals of all of them."""

    rows_name: ClassVar[str]
    totals: ClassVar[dict[str, Any]]

    def get_paginated_response(self, data: Any) -> Response:
        links = super().get_paginated_response(data).data
        rows = links.pop("results")
        return Response({**links, self.rows_name: rows})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        rows = found["properties"].pop("results")
        found["properties"] |= {**self.totals, self.rows_name: rows}
        found["required"] = ["next", "previous", *self.totals, self.rows_name]
        return found


class VmPages(InfrastructurePages):
    rows_name = "instances"
    totals: ClassVar = {"totalInstances": COUNT, "runningInstances": COUNT}


class StoragePages(InfrastructurePages):
    rows_name = "accounts"
    totals: ClassVar = {"totalAccounts": COUNT}


class ResourcePages(InfrastructurePages):
    rows_name = "resources"
    totals: ClassVar = {
        "totalResources": COUNT,
        "resourcesByKind": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Of all pages.",
        },
    }


class InfrastructureViewSet(RowsViewSet):
    """Resources of enabled accounts: those that are present, unless `gone` is given."""

    # What else its rows are made of.
    datasets: ClassVar[tuple[str, ...]] = ()

    def data_version(self) -> str:
        version = summary_version(self.request.user, *self.datasets)
        return f"{version} {self.sees_bill}"

    @property
    def sees_bill(self) -> bool:
        return self.request.user.has_perm("costs.view_dailycost")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(account__is_enabled=True)

    def filter_queryset(self, queryset: Any) -> Any:
        rows: Any = super().filter_queryset(queryset)
        return rows if self.request.query_params.get("gone") else rows.present()

    def totals(self, rows: Any) -> dict[str, Any]:
        raise NotImplementedError

    def figures(self, page: Sequence[Any]) -> dict[int, dict[str, Any]]:
        """Return what only these have, by their keys."""
        raise NotImplementedError

    def costs_of(self, page: Sequence[Any]) -> dict[int, ResourceCost]:
        user, now = self.request.user, timezone.now()
        return resource_costs(page, user, now, with_bill=self.sees_bill)

    def _with_costs(self, page: Sequence[Any]) -> list[dict[str, Any]]:
        costs = self.costs_of(page)
        figures = self.figures(page)
        names = self._names()
        known = (
            {**_head(one), **_cost(costs[one.pk]), **figures[one.pk]} for one in page
        )
        return [{name: one[name] for name in names} for one in known]

    def _names(self) -> Sequence[str]:
        serializer: Any = self.get_serializer()
        return list(serializer.fields)

    def _lines(self, rows: QuerySet[Any]) -> Iterator[Sequence[Any]]:
        yield self._names()
        for some in in_parts(rows):
            yield from (list(row.values()) for row in self._with_costs(some))

    # A file is a response too.
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        rows = self.filter_queryset(self.get_queryset())
        if wants_file(request):
            return table_file(request, self.csv_name, self._lines(rows))
        page = self._with_costs(self.paginate_queryset(rows) or [])
        answer = self.get_paginated_response(page)
        answer.data = {**self.totals(rows), **answer.data}
        return answer


def in_parts(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield so many at once that memory stays bounded."""
    stored = rows.iterator(chunk_size=ROWS_AT_ONCE)
    while some := list(islice(stored, ROWS_AT_ONCE)):
        yield some


def _head(one: Resource) -> dict[str, Any]:
    return {
        "name": one.name,
        "resource_id": one.resource_id,
        "provider": one.account.provider,
        "kind": one.kind,
        "location": one.region,
        "resource_group": one.resource_group,
        "status": one.gone_word if one.is_gone else one.state,
        "tags": one.tags,
    }


def _cost(cost: ResourceCost) -> dict[str, Any]:
    return {
        "monthlyCost": cost.monthly,
        "monthlyCostBasis": cost.basis,
        "currency": cost.currency,
        "potentialSavings": cost.savings,
        "savingsCurrency": cost.savings_currency,
        "recommendation": next(iter(cost.recommendations), None),
        "recommendations": cost.recommendations,
    }


class VmViewSet(InfrastructureViewSet):
    """Virtual machines of enabled accounts, with CPU and memory of the last 14 days,
    monthly cost and potential savings. Filters are those of `/instances/`; those that
    are gone are left out unless `gone` is given."""

    queryset = in_order(Instance).select_related("recent_cpu")
    viewed_models = (Instance, CpuMetric, Recommendation)
    filterset_class = InstanceCpuFilter
    serializer_class = VmSerializer
    pagination_class = VmPages
    csv_name = "vms"

    def totals(self, rows: Any) -> dict[str, Any]:
        running = Q(state=RUNNING, gone_since=None)
        found: dict[str, Any] = rows.order_by().aggregate(
            totalInstances=Count("pk"), runningInstances=Count("pk", filter=running)
        )
        return found

    def figures(self, page: Sequence[Instance]) -> dict[int, dict[str, Any]]:
        window = last_complete_days(IDLE_WINDOW_DAYS, timezone.now())
        keys = [one.pk for one in page]
        days = MemoryMetric.objects.in_window(window).filter(resource__in=keys)
        means = days.order_by().values_list("resource_id")
        memory = dict(means.annotate(mean=Avg("average_percent")))
        return {
            one.pk: {
                "size": one.instance_type,
                "cpuUtilization": _cpu(one),
                "memoryUtilization": memory.get(one.pk),
            }
            for one in page
        }


def _cpu(one: Instance) -> float | None:
    recent = getattr(one, "recent_cpu", None)
    return recent.average_percent if recent else None


class StorageViewSet(InfrastructureViewSet):
    """Storage accounts and buckets of enabled accounts. Filters are those of
    `/buckets/`; those that are gone are left out unless `gone` is given."""

    queryset = in_order(Bucket)
    viewed_models = (Bucket, Recommendation)
    filterset_class = BucketFilter
    serializer_class = StorageSerializer
    pagination_class = StoragePages
    csv_name = "storage"

    def totals(self, rows: Any) -> dict[str, Any]:
        return {"totalAccounts": rows.order_by().count()}

    def figures(self, page: Sequence[Bucket]) -> dict[int, dict[str, Any]]:
        return {
            one.pk: {
                "tier": one.access_tier or None,
                "sizeGB": _gigabytes(one.total_bytes),
                # No cloud tells when an object was read.
                "lastAccessed": None,
            }
            for one in page
        }


def _gigabytes(total_bytes: int | None) -> float | None:
    return None if total_bytes is None else round(total_bytes / BYTES_PER_GB, 3)


class PricedResourceViewSet(InfrastructureViewSet):
    """Resources of every kind of enabled accounts, with how many there are of each.
    Filters are those of `/resources/`; those that are gone are left out unless `gone`
    is given."""

    queryset = in_order(Resource)
    viewed_models = (Resource, Recommendation)
    filterset_class = AnyKindFilter
    serializer_class = PricedResourceSerializer
    pagination_class = ResourcePages
    csv_name = "resources"
    cached_actions = frozenset({"costs"})
    datasets = (LINES_DATASET,)

    def totals(self, rows: Any) -> dict[str, Any]:
        counts = rows.count_per_kind()
        return {"totalResources": sum(counts.values()), "resourcesByKind": counts}

    def figures(self, page: Sequence[Resource]) -> dict[int, dict[str, Any]]:
        found = with_lines(page, self.request.user) if self.sees_bill else []
        lines = {one.pk: f"{reverse('line-list')}?{ids_query(one)}" for one in found}
        return {one.pk: {"lines": lines.get(one.pk)} for one in page}

    @extend_schema(responses=KindCostsSerializer)
    def costs(self, request: Request) -> Response:
        """How many there are of each kind, and what they cost a month together. Filters
        are those of the list."""
        rows = self.filter_queryset(self.get_queryset())
        kinds: dict[str, dict[str, Any]] = {}
        for some in in_parts(rows):
            costs = self.costs_of(some)
            for one in some:
                kind = kinds.setdefault(
                    one.kind, {"count": 0, "unknown": 0, "sums": {}}
                )
                kind["count"] += 1
                cost = costs[one.pk]
                if cost.monthly is None:
                    kind["unknown"] += 1
                elif cost.currency:
                    sums = kind["sums"]
                    sums[cost.currency] = sums.get(cost.currency, ZERO) + cost.monthly
        answer = KindCostsSerializer(
            {"kinds": [_of_kind(*one) for one in sorted(kinds.items())]}
        )
        return Response(answer.data)


def _of_kind(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "count": found["count"],
        "unknown": found["unknown"],
        "costs": [
            {"currency": currency, "monthlyCost": amount}
            for currency, amount in sorted(found["sums"].items())
        ],
    }

"""Resources with their use, changes and list prices, for the rules."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import fields, replace
from datetime import date, datetime

from django.db.models import Max

from clouds.models import CloudAccount
from core.money import CENT
from core.windows import Window
from insights.recommendations.engine.advice import Change, CpuDay, ListPrice
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.alternatives import alternatives_of
from insights.recommendations.engine.disk_speed import slower_alternatives
from insights.recommendations.engine.resource_facts import ResourceFacts, UsageDay
from insights.recommendations.engine.resource_rules import RULES
from insights.recommendations.facts import ROWS_AT_ONCE, records_by_resource
from inventory.kinds import KINDS, Kind
from inventory.models import Resource, Snapshot, StateChange
from metrics.models import CpuMetric, MemoryMetric, UsageMetric
from pricing.monthly import ListPrices
from providers.records import PriceUnit, ResourceRecord

# Those that rules are about, beside instances.
JUDGED = [kind for kind, traits in KINDS.items() if traits.record in RULES]
Usage = Mapping[str, Mapping[date, UsageDay]]


def read_resources(
    account: CloudAccount, window: Window, limits: Thresholds, now: datetime
) -> dict[Resource, ResourceFacts[ResourceRecord]]:
    """Return every resource that existed in the window, with its use.

    A query for each kind, four for what happened, and two for prices.
    """
    rows = [row for kind in JUDGED for row in _present(account, kind, window)]
    prices = ListPrices.of(rows)
    of_account = {"resource__account": account, "resource__kind__in": JUDGED}
    changed = StateChange.objects.filter(**of_account).order_by("at", "id")
    changes = records_by_resource(changed, Change)
    metrics = CpuMetric.objects.filter(**of_account).in_window(window)
    cpu = records_by_resource(metrics.order_by("resource", "day"), CpuDay)
    memory = MemoryMetric.objects.filter(**of_account).in_window(window).order_by()
    highest = memory.values_list("resource").annotate(Max("maximum_percent"))
    used, most_memory = _usage(account, window), dict(highest)
    copies = Counter(
        row.source_id
        for row in rows
        if isinstance(row, Snapshot) and not row.gone_since
    )
    found = {
        row: ResourceFacts(
            account_id=account.account_id,
            kind=row.kind,
            record=record_of(row),
            first_seen_at=row.first_seen_at,
            gone_since=row.gone_since,
            changes=changes[row.pk],
            price=_priced(row, prices),
            usage=used.get(row.pk, {}),
            cpu=cpu[row.pk],
            memory_maximum_percent=most_memory.get(row.pk),
            siblings=copies[row.source_id] - 1 if isinstance(row, Snapshot) else 0,
        )
        for row in rows
    }
    return {
        row: replace(one, other_prices=_other_prices(row, one, prices, limits, now))
        for row, one in found.items()
    }


def record_of(row: Resource) -> ResourceRecord:
    """Return the row as its cloud described it."""
    kind = KINDS[Kind(row.kind)].record
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})


def _present(account: CloudAccount, kind: Kind, window: Window) -> Iterable[Resource]:
    rows = KINDS[kind].model._default_manager.filter(account=account)
    return rows.present_since(window.start).select_related("account").order_by("pk")


def _usage(account: CloudAccount, window: Window) -> Mapping[int, Usage]:
    rows = UsageMetric.objects.filter(resource__account=account).in_window(window)
    found: dict[int, dict[str, dict[date, UsageDay]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    columns = rows.order_by().values_list(
        *("resource_id", "metric", "day"), *("maximum", "total", "average")
    )
    for pk, metric, day, *figures in columns.iterator(chunk_size=ROWS_AT_ONCE):
        found[pk][metric][day] = UsageDay(*figures)
    return found


def _priced(row: Resource, prices: ListPrices, tier: str = "") -> ListPrice | None:
    """Return its price, and what reading from that tier of it costs."""
    price = prices.monthly(row)
    if price is None:
        return None
    redundancy = getattr(row, "redundancy", "")
    of_tier = {
        one.unit: one
        for one in prices.rows(row)
        if tier and (one.sku, one.redundancy) == (tier, redundancy)
    }
    read, stored = of_tier.get(PriceUnit.GIB), of_tier.get(PriceUnit.GIB_MONTH)
    return ListPrice(
        monthly=price.amount.quantize(CENT),
        currency=price.currency,
        per_gib_read=read.amount if read else None,
        minimum_days=stored.minimum_days if stored else 0,
    )


def _other_prices(
    row: Resource,
    facts: ResourceFacts[ResourceRecord],
    prices: ListPrices,
    limits: Thresholds,
    now: datetime,
) -> dict[str, ListPrice]:
    """Return what it would cost as each of its alternatives, where that is known."""
    found = {}
    slower = slower_alternatives(facts, limits, now)
    for target, changed in {**alternatives_of(facts.record), **slower}.items():
        other = copy(row)
        for name, value in changed.items():
            setattr(other, name, value)
        if price := _priced(other, prices, target):
            found[target] = price
    return found

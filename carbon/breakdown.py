"""Emissions of a window by account, service, region or team, day by day, and beside
what the same cost."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Max, Min, QuerySet, Sum

from carbon.amounts import OF_RESOURCES, OF_TOTALS, Amounts, Row
from carbon.facts import ESTIMATED, FIGURES_OF
from carbon.models import EmissionTotal, ResourceEmission
from clouds.access import AnyUser
from clouds.labels import account_labels
from clouds.models import CloudAccount
from clouds.registry import CLOUDS, CloudKind
from core.money import ZERO, Money
from core.windows import ONE_DAY, Window
from costs.allocation.cuts import cuts
from costs.allocation.engine import NOT_ALLOCATED, WHOLE, Rule, spans_of_rules
from costs.allocation.querysets import COLUMNS, TAG_COLUMN
from costs.allocation.team_costs import allocated, rules_of
from costs.queries.source import CostSource
from inventory.models import Resource

METRIC = "effective"


class Point(NamedTuple):
    day: date
    amounts: Amounts


@dataclass(slots=True)
class Group:
    """One account, service, region or team. `key` is an account's id. `cost` is None
    where none is stored, and where it is in several currencies."""

    label: str
    key: str = ""
    total: Amounts = field(default_factory=Amounts)
    days: dict[date, Amounts] = field(default_factory=lambda: defaultdict(Amounts))
    cost: Money | None = None

    @property
    def points(self) -> list[Point]:
        return [Point(day, self.days[day]) for day in sorted(self.days)]

    def add(self, day: date, row: Row, share: float = 1.0) -> None:
        self.total.add(row, share)
        self.days[day].add(row, share)

    @property
    def kg_per_unit(self) -> float | None:
        """Return kg CO2e for each dollar, or whatever its currency is."""
        return intensity(self.total, self.cost)


def intensity(total: Amounts, cost: Money | None) -> float | None:
    if cost is None or cost.amount <= 0 or total.kg is None:
        return None
    return total.kg / float(cost.amount)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The groups, the largest first; their totals sum to `total`."""

    window: Window
    group_by: str
    groups: Sequence[Group]
    total: Amounts
    cost: Money | None

    @property
    def kg_per_unit(self) -> float | None:
        return intensity(self.total, self.cost)


@dataclass(frozen=True)
class CarbonQuery:
    """Whose emissions, on which days, by what."""

    user: AnyUser
    window: Window
    accounts: Sequence[CloudAccount]
    group_by: str = "account"

    def breakdown(self) -> Breakdown:
        """Five queries, and a few more where several currencies are stored; by team
        one or two for each rule."""
        groups = [one for one in GROUPINGS[self.group_by](self) if one.days]
        groups.sort(key=lambda one: (-(one.total.kg or 0.0), one.label))
        total = Amounts()
        for _, *row in self.sums():
            total.add(row)
        cost = _only_money(self.account_costs.get(one) for one in self.emitting)
        return Breakdown(self.window, self.group_by, groups, total, cost)

    def sums(self, *columns: str) -> Iterable[tuple[Any, ...]]:
        """Yield a value of each column, the day, and its sums. One query."""
        rows = EmissionTotal.objects.filter(account__in=self.accounts)
        return _summed(rows.in_window(self.window), columns, OF_TOTALS)

    @cached_property
    def kwh_per_region(self) -> Mapping[tuple[str, str], float]:
        """What the regions of each cloud use, as figures call both. One query."""
        rows = EmissionTotal.objects.filter(account__in=self.accounts)
        per_region = rows.in_window(self.window).order_by().exclude(kwh=None)
        columns = per_region.values_list("account__provider", "region")
        found: dict[tuple[str, str], float] = defaultdict(float)
        for provider, region, kwh in columns.annotate(Sum("kwh")):
            found[FIGURES_OF[CloudKind(provider)], region] += kwh
        return found

    @cached_property
    def account_costs(self) -> Mapping[str, Money | None]:
        """What each account of the bills costs; None where that is in several
        currencies."""
        return _costs(self._bills(), _sums_by("sub_account_id"))

    def service_costs(self) -> Mapping[str, Money | None]:
        """Return what each service costs the accounts that are estimated, in the same
        way; nothing where the bill of one of them is not known."""
        if not self._are_billed:
            return {}
        source = self._bills()
        if self._are_others_billed:
            source = source.by_column("sub_account_id", sorted(self.emitting))
        return _costs(source, _sums_by("service"))

    def team_costs(self) -> Mapping[str, Money | None]:
        """Return what rules give to each team, in the same way; nothing where the bills
        are of other accounts too, of which tags tell nothing apart."""
        if not self._are_billed or self._are_others_billed:
            return {}
        rules = rules_of(self.estimated_window)

        def sums(source: CostSource) -> Iterable[tuple[str, Decimal]]:
            teams = allocated(
                cuts(source, self.estimated_window, rules), METRIC, "monthly"
            ).teams
            return [(team, sum(paid.values(), ZERO)) for team, paid in teams.items()]

        return _costs(self._bills(), sums)

    @property
    def _are_billed(self) -> bool:
        return self.emitting.keys() <= self.account_costs.keys()

    @property
    def _are_others_billed(self) -> bool:
        return bool(self.account_costs.keys() - self.emitting.keys() - {""})

    @cached_property
    def emitting(self) -> Mapping[str, tuple[date, date]]:
        """The accounts that are estimated, by their ids, with their first and last day.
        Bills of others have no part in an intensity. One query."""
        rows = EmissionTotal.objects.filter(account__in=self.accounts)
        per_account = rows.in_window(self.window).order_by()
        ends = per_account.values_list("account__account_id").annotate(
            Min("day"), Max("day")
        )
        return {account: (first, last) for account, first, last in ends}

    @property
    def estimated_window(self) -> Window:
        """The days of the window that are estimated, as costs of others have no part
        in an intensity either."""
        if not (ends := self.emitting.values()):
            return self.window
        first = min(first for first, _ in ends)
        return Window(first, max(last for _, last in ends) + ONE_DAY)

    def _bills(self) -> CostSource:
        return CostSource.visible_to(self.user).in_window(self.estimated_window)


Sums = Callable[[CostSource], Iterable[tuple[str, Decimal]]]


def _sums_by(column: str) -> Sums:
    return lambda source: source.by(column).sums(column, METRIC)


def _costs(source: CostSource, sums: Sums) -> Mapping[str, Money | None]:
    found: dict[str, list[Money]] = defaultdict(list)
    for currency in source.newest_days():
        for key, amount in sums(source.in_currency(currency)):
            found[key].append(Money(amount, currency))
    return {key: _only_money(several) for key, several in found.items()}


def _summed(
    rows: QuerySet[Any], columns: Sequence[str], sums: Mapping[str, Any]
) -> Iterable[tuple[Any, ...]]:
    grouped = rows.order_by().values(*columns, "day").annotate(**sums)
    found: Iterable[tuple[Any, ...]] = grouped.values_list(*columns, "day", *sums)
    return found


def _only_money(several: Iterable[Money | None]) -> Money | None:
    """Return their sum; None without any, and where they are in several currencies."""
    found = list(several)
    known = [one for one in found if one]
    if not known or len(known) < len(found) or len({one.currency for one in known}) > 1:
        return None
    return Money(sum((one.amount for one in known), ZERO), known[0].currency)


def _by_account(query: CarbonQuery) -> Iterable[Group]:
    costs = query.account_costs
    groups = {
        key: Group(label, key, cost=costs.get(key))
        for key, label in account_labels(query.accounts).items()
    }
    for key, day, *row in query.sums("account__account_id"):
        groups[key].add(day, row)
    return groups.values()


def _by_service(query: CarbonQuery) -> Iterable[Group]:
    """Group by the service under which a kind of resource is charged."""
    costs = query.service_costs()
    groups: dict[str, Group] = {}
    for provider, kind, day, *row in query.sums("account__provider", "kind"):
        services = sorted(CLOUDS[provider].charged_under[kind])
        charged = [costs[name] for name in services if name in costs]
        key = _service_name(provider, kind, services)
        group = groups.setdefault(key, Group(key, cost=_only_money(charged)))
        group.add(day, row)
    return groups.values()


def _service_name(provider: str, kind: str, services: Sequence[str]) -> str:
    if len(services) == 1:
        return services[0]
    named = CLOUDS[provider].services.get(kind)
    return named or f"{Resource.Kind(kind).label}s of {CloudKind(provider).label}"


def _by_region(query: CarbonQuery) -> Iterable[Group]:
    groups: dict[str, Group] = {}
    for region, day, *row in query.sums("region"):
        groups.setdefault(region, Group(region)).add(day, row)
    return groups.values()


def _by_team(query: CarbonQuery) -> Iterable[Group]:
    """Group by the teams of the first rule that matches a resource on its day."""
    groups: dict[str, Group] = {}
    costs = query.team_costs()
    rows = ResourceEmission.objects.filter(resource__account__in=query.accounts)
    for part, rules in spans_of_rules(rules_of(query.window), query.window):
        in_part = rows.in_window(part)
        for shares, keys in _of_rules(query, rules).items():
            of_rule = in_part.filter(resource__in=keys)
            for day, *row in _summed(of_rule, (), OF_RESOURCES):
                for team, share in shares:
                    group = groups.setdefault(team, Group(team, cost=costs.get(team)))
                    group.add(day, row, share)
    return groups.values()


def _of_rules(
    query: CarbonQuery, rules: Sequence[Rule]
) -> Mapping[tuple[tuple[str, float], ...], Sequence[int]]:
    """Return the resources of each shares of teams. One query."""
    found = defaultdict(list)
    accounts = {one.pk: one for one in query.accounts}
    there = Resource.objects.filter(account__in=query.accounts, kind__in=ESTIMATED)
    columns = ("pk", "account", "kind", "resource_group", "tags")
    for pk, account, kind, group, tags in there.order_by().values_list(*columns):
        rule = _first_match(rules, accounts[account], kind, group, tags)
        shares = rule.shares if rule else {NOT_ALLOCATED: WHOLE}
        found[tuple((t, float(p / WHOLE)) for t, p in shares.items())].append(pk)
    return found


def _first_match(
    rules: Sequence[Rule],
    account: CloudAccount,
    kind: str,
    resource_group: str,
    tags: Mapping[str, str],
) -> Rule | None:
    values = {
        COLUMNS["accounts"]: (account.payer or account).account_id,
        COLUMNS["sub_accounts"]: account.account_id,
        COLUMNS["resource_groups"]: resource_group,
        **{f"{TAG_COLUMN}{key}": value for key, value in tags.items()},
    }
    services = CLOUDS[account.provider].charged_under[kind]
    for rule in rules:
        if any(rule.matches({**values, COLUMNS["services"]: one}) for one in services):
            return rule
    return None


GROUPINGS: Mapping[str, Callable[[CarbonQuery], Iterable[Group]]] = {
    "account": _by_account,
    "service": _by_service,
    "region": _by_region,
    "team": _by_team,
}

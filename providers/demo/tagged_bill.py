"""What each value of a tag costs on a day: the bill's rows, split by whose they are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.money import QUANTUM, ZERO
from providers.demo.bill import charges
from providers.demo.events import Events
from providers.demo.fleet import tags_of
from providers.records import ChargeCategory, CostRecord, TagCostRecord

Shares = Mapping[tuple[str, str], Mapping[str, Decimal]]
"""USD of each team, by service and place."""


def tag_costs(
    account_id: str,
    anchor: date,
    rows: Sequence[CostRecord],
    keys: Sequence[str],
    events: Events = (),
) -> Iterator[TagCostRecord]:
    """Yield rows that sum to these of a day, of each key."""
    if not keys or not rows:
        return
    shares = shares_of(account_id, anchor, rows[0].day, events)
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        for team, billed, effective in split_by_team(row, shares):
            amounts = sums[team, row.service]
            amounts[0] += billed
            amounts[1] += effective
    for key in keys:
        by_value: dict[tuple[str, str], list[Decimal]] = defaultdict(
            lambda: [ZERO, ZERO]
        )
        for (team, service), (billed, effective) in sums.items():
            amounts = by_value[tags_of(account_id, team, "").get(key, ""), service]
            amounts[0] += billed
            amounts[1] += effective
        for (value, service), (billed, effective) in sorted(by_value.items()):
            yield TagCostRecord(
                day=rows[0].day,
                tag_key=key,
                tag_value=value,
                sub_account_id=account_id,
                service=service,
                currency=rows[0].currency,
                billed=billed,
                effective=effective,
                is_estimated=rows[0].is_estimated,
            )


def shares_of(account_id: str, anchor: date, day: date, events: Events) -> Shares:
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for service, place, team, usd in charges(account_id, anchor, day, events):
        if usd:
            found[service, place][team] += usd
    return found


def split_by_team(
    row: CostRecord, shares: Shares
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield team, billed and effective; fees and taxes are nobody's."""
    is_usage = row.charge_category is ChargeCategory.USAGE
    teams = shares.get((row.service, row.region or row.resource_group), {})
    if not is_usage or not teams:
        yield "", row.billed, row.effective
        return
    total = sum(teams.values(), ZERO)
    billed_left, effective_left = row.billed, row.effective
    *others, last = sorted(teams)
    for team in others:
        share = teams[team] / total
        billed = (row.billed * share).quantize(QUANTUM)
        effective = (row.effective * share).quantize(QUANTUM)
        billed_left, effective_left = billed_left - billed, effective_left - effective
        yield team, billed, effective
    yield last, billed_left, effective_left

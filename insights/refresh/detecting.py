"""What is not as expected in bills and in the work of machines, in rows to keep."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from insights.detection.accuracy import measure, of_scopes
from insights.detection.anomaly_records import (
    Accuracy,
    Bill,
    Cause,
    Finding,
    Incident,
    Measure,
    Scope,
    Series,
    money,
)
from insights.detection.bill_incidents import find_incidents
from insights.detection.daily import find_cpu_anomalies
from insights.due import METHOD
from insights.refresh.anomalies import Found
from insights.refresh.reading import ROWS_AT_ONCE
from insights.refresh.reading import Bill as StoredBill
from insights.thresholds import limits
from metrics.models import CpuMetric
from providers.windows import ONE_DAY, Window, last_complete_days
from syncs.models import CloudAccount

# Twice what a first sync of CPU reads: a season before the days that are judged.
CPU_DAYS = 180
# What is measured of a machine's day, the most telling first.
CPU_COLUMNS = ("average_percent", "p99_percent", "maximum_percent")


@dataclass(frozen=True)
class Source:
    """The series of one account, or of all, and which data they are of."""

    account: CloudAccount | None
    bills: Sequence[Bill]
    machines: Mapping[str, Sequence[Series]]
    version: str

    def found(self) -> list[Found]:
        """Every anomaly in them. Raises DetectionError."""
        return [
            *(one for bill in self.bills for one in self._found_in(bill)),
            *self._found_in_machines(),
        ]

    def _found_in(self, bill: Bill) -> list[Found]:
        drawn = limits()
        incidents = [
            one
            for one in find_incidents(bill, drawn)
            # What lies in one account is told of that account.
            if self.account is not None or not one.scope.account
        ]
        known = of_scopes(bill, {one.scope for one in incidents}, drawn)
        return [
            _found(one.finding, one.scope, one, known[one.scope]) for one in incidents
        ]

    def _found_in_machines(self) -> list[Found]:
        drawn = limits()
        findings = find_cpu_anomalies(self.machines, drawn)
        concerned = {one.key for one in findings}
        known = measure([self.machines[key][0] for key in sorted(concerned)], drawn)
        return [_found(one, Scope(), None, known[one.key]) for one in findings]


def source_of(
    account: CloudAccount | None, stored: Sequence[StoredBill], now: datetime
) -> Source:
    """What anomalies are looked for in: bills without their taxes, fees and credits."""
    bills = [_bill(one) for one in stored]
    machines = _machines(account, now) if account else {}
    digest = sha256(repr((METHOD, limits())).encode())
    for bill in bills:
        told = (bill.currency, bill.first_day, sorted(bill.estimated))
        digest.update(repr(told).encode())
        for scope in sorted(bill.parts):
            digest.update(repr((scope, list(bill.parts[scope]))).encode())
    for key in sorted(machines):
        digest.update(repr(machines[key]).encode())
    return Source(account, bills, machines, digest.hexdigest())


def _bill(stored: StoredBill) -> Bill:
    return Bill(
        currency=stored.currency,
        first_day=stored.first_day,
        parts={
            Scope(account=sub, service=service, region=region): values
            for (sub, service, region), values in stored.usage.items()
        },
        estimated=stored.unsettled,
    )


def _machines(account: CloudAccount, now: datetime) -> dict[str, list[Series]]:
    """The days of each machine's CPU, by the number of its row. One query."""
    window = last_complete_days(CPU_DAYS, now)
    rows = CpuMetric.objects.in_window(window).filter(resource__account=account)
    days: dict[int, dict[date, Sequence[float | None]]] = defaultdict(dict)
    ordered = rows.order_by("resource", "day")
    columns = ordered.values_list("resource", "day", *CPU_COLUMNS)
    for machine, day, *figures in columns.iterator(chunk_size=ROWS_AT_ONCE):
        days[machine][day] = figures
    return {str(machine): _series(machine, known) for machine, known in days.items()}


def _series(machine: int, known: Mapping[date, Sequence[float | None]]) -> list[Series]:
    window = Window(min(known), max(known) + ONE_DAY)
    nothing = (None,) * len(CPU_COLUMNS)
    figures = [known.get(day, nothing) for day in window.days()]
    return [
        Series(str(machine), window.start, values, measure=Measure.CPU)
        for values in map(list, zip(*figures, strict=True))
        if any(value is not None for value in values)
    ]


def _found(
    finding: Finding, scope: Scope, incident: Incident | None, known: Accuracy
) -> Found:
    """A row: of money where there is an incident, else of a machine's percent."""
    return Found(
        sub_account_id=scope.account,
        service=scope.service,
        region=scope.region,
        resource_id=None if incident else int(finding.key),
        currency=incident.currency if incident else "",
        kind=finding.kind.value,
        direction=finding.direction.value,
        first_day=finding.first_day,
        last_day=finding.last_day,
        peak_day=finding.peak_day,
        seen_on=finding.seen_on,
        is_over=finding.is_over,
        expected=money(finding.expected),
        low=money(finding.low),
        high=money(finding.high),
        actual=money(finding.actual),
        impact=_impact(finding, incident),
        severity=finding.severity.value,
        confidence=round(finding.confidence, 4),
        causes=[_cause(one) for one in incident.causes] if incident else [],
        recall=known.recall,
        false_per_month=_rounded(known.false_per_month),
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def _impact(finding: Finding, incident: Incident | None) -> Decimal | None:
    """Percent of CPU are no money."""
    return money(finding.impact) if incident else None


def _cause(cause: Cause) -> dict[str, Any]:
    named = [cause.scope.service, cause.scope.region]
    return {
        "name": ", ".join(filter(None, named)) or cause.scope.account,
        "account": cause.scope.account,
        "service": cause.scope.service,
        "region": cause.scope.region,
        "amount": str(money(cause.amount)),
        "share": round(cause.share, 4),
    }

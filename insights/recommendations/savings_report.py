"""Savings a month: recommended, accepted, and verified on later bills, by month and by
category, with how far what came is from what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Expression, F, Q, Sum

from core.money import ZERO
from costs.db_functions import FirstOfMonth
from insights.models import Recommendation, Verification
from insights.recommendations.engine.advice import VerdictStatus
from insights.recommendations.querysets import RecommendationQuerySet

TAKEN_UP = (Recommendation.Status.ACCEPTED, Recommendation.Status.IN_PROGRESS)
REALIZED = Q(status=VerdictStatus.REALIZED)
# Of what came, the amount is unknown without a price.
VERIFIED = Q(status=VerdictStatus.NOT_REALIZED) | REALIZED & ~Q(realized=None)
MONTHS_SHOWN = 24
COLUMNS = ("potential", "accepted", "pending", "expected", "realized")


@dataclass(slots=True)
class SavingsLine:
    """Amounts a month in one currency, of everything or of one `key`.

    Potential is of the month in which it was found, what is done of that in which it
    was done.
    """

    key: Any
    currency: str
    potential: Decimal = ZERO
    accepted: Decimal = ZERO
    """Of the potential, what somebody took up."""
    pending: Decimal = ZERO
    """Done, and not on enough days of a bill yet."""
    expected: Decimal = ZERO
    """Done and verified, as far as it is known what came: what was recommended."""
    realized: Decimal = ZERO
    """Done and verified: what the bill says."""
    done: int = 0

    @property
    def difference(self) -> Decimal | None:
        return self.realized - self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class SavingsReport:
    totals: Sequence[SavingsLine]
    by_month: Sequence[SavingsLine]
    """The newest month first."""
    by_category: Sequence[SavingsLine]


def savings_report(rows: RecommendationQuerySet) -> SavingsReport:
    """Return the savings of these recommendations. Four queries."""
    by_month = _lines(
        rows, FirstOfMonth("found_at"), FirstOfMonth("recommendation__done_at")
    )
    by_category = _lines(rows, F("category"), F("recommendation__category"))
    newest = sorted(by_month, key=lambda one: (one.key, one.currency), reverse=True)
    return SavingsReport(
        _totals(by_category),
        newest[:MONTHS_SHOWN],
        sorted(by_category, key=lambda one: (-one.potential, -one.realized, one.key)),
    )


def _lines(
    rows: RecommendationQuerySet, found: Expression | F, done: Expression | F
) -> list[SavingsLine]:
    """Return a line of each key, that of what is found and of what is done, and
    currency. Two queries."""
    known = rows.live().exclude(counted_monthly=None).order_by()
    verdicts = Verification.objects.filter(
        recommendation__in=rows.order_by().values("pk")
    )
    verdicts = verdicts.exclude(currency="").order_by()  # of an unknown price
    lines: dict[tuple[Any, str], SavingsLine] = {}
    for group in (
        known.annotate(key=found)
        .values("key", "currency")
        .annotate(
            potential=Sum("counted_monthly"),
            accepted=Sum("counted_monthly", filter=Q(status__in=TAKEN_UP)),
        ),
        verdicts.annotate(key=done)
        .values("key", "currency")
        .annotate(
            done=Count("pk"),
            pending=Sum("expected", filter=Q(status=VerdictStatus.PENDING)),
            expected_sum=Sum("expected", filter=VERIFIED),
            realized_sum=Sum("realized", filter=REALIZED),
        ),
    ):
        for row in group:
            key = row.pop("key"), row.pop("currency")
            line = lines.setdefault(key, SavingsLine(*key))
            for name, value in row.items():
                setattr(line, name.removesuffix("_sum"), value or ZERO)
    return list(lines.values())


def _totals(lines: Sequence[SavingsLine]) -> list[SavingsLine]:
    """Return the sum of the lines of each currency."""
    found: dict[str, SavingsLine] = {}
    for line in lines:
        total = found.setdefault(line.currency, SavingsLine("", line.currency))
        for name in (*COLUMNS, "done"):
            setattr(total, name, getattr(total, name) + getattr(line, name))
    return [found[currency] for currency in sorted(found)]

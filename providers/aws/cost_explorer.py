"""Daily costs from Cost Explorer: fetch, normalize, reconcile.

Three questions cover a window: usage by two dimensions, everything else by its kind,
and the ungrouped total; each tag key is one more. Every page costs $0.01, and a page
holds many days, so a window is always read whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from core.money import QUANTUM
from core.windows import Window, add_months, utc_day
from providers.aws.account_settings import ACCOUNT_ID
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.reconcile import reconciled
from providers.records import (
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)

if TYPE_CHECKING:
    from mypy_boto3_ce.type_defs import MetricValueTypeDef, ResultByTimeTypeDef

R = TypeVar("R", bound=CostRecord | TagCostRecord)
BILLED, EFFECTIVE = "UnblendedCost", "AmortizedCost"
CURRENCY_LENGTH = 3
TAG_PRICE = "one more question a sync, $0.01 a page of it"
# How a group names charges that are of no service.
NO_SERVICE = ("", "NoService")
# Cost Explorer keeps the running month and the 13 before it.
MONTHS_BEFORE = 13

# RECORD_TYPE values that are consumption; all others are asked for by their kind.
USAGE_TYPES = ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"]
# FOCUS ChargeCategory of the other RECORD_TYPE values. A discount, and the negation
# of what a Savings Plan covers, lower the price of usage, so they belong to it.
CATEGORIES = {
    "SavingsPlanNegation": ChargeCategory.USAGE,
    "BundledDiscount": ChargeCategory.USAGE,
    "Fee": ChargeCategory.PURCHASE,
    "RIFee": ChargeCategory.PURCHASE,
    "Recurring": ChargeCategory.PURCHASE,
    "Upfront": ChargeCategory.PURCHASE,
    "SavingsPlanRecurringFee": ChargeCategory.PURCHASE,
    "SavingsPlanUpfrontFee": ChargeCategory.PURCHASE,
    "Support": ChargeCategory.PURCHASE,
    "Tax": ChargeCategory.TAX,
    "Credit": ChargeCategory.CREDIT,
    "Refund": ChargeCategory.ADJUSTMENT,
}


def cost_window(now: datetime) -> Window:
    """Return the complete days for which Cost Explorer answers."""
    today = utc_day(now)
    return Window(add_months(today, -MONTHS_BEFORE), today)


def fetch_costs(
    clients: AwsClients, window: Window, progress: Progress
) -> Iterator[CostReading]:
    """Return each day's total, and rows that sum to it exactly. Raise ProviderError.

    All questions are read side by side, so that never more than a page of each is held,
    however long the window.
    """
    totals = fetch_totals(clients, window, progress)
    usage = {"Dimensions": {"Key": "RECORD_TYPE", "Values": USAGE_TYPES}}
    account, is_payer = clients.account, clients.account.is_payer
    if is_payer is None:
        is_payer = covers_others(clients, window, progress)
    usage_by = ("LINKED_ACCOUNT", "SERVICE") if is_payer else ("SERVICE", "REGION")
    rest_by = ("RECORD_TYPE", "LINKED_ACCOUNT" if is_payer else "SERVICE")
    answers = [
        DayByDay(window, fetch_rows(clients, window, by, chosen, progress))
        for by, chosen in ((usage_by, usage), (rest_by, {"Not": usage}))
    ]
    tagged = {
        key: DayByDay(window, fetch_tags(clients, window, key, rest_by[1], progress))
        for key in account.settings.tag_keys
    }
    for total in sorted(totals, key=attrgetter("day")):
        rows = [row for answer in answers for row in answer.of(total.day)]
        tags = {key: answer.of(total.day) for key, answer in tagged.items()}
        own = "" if is_payer else account.account_id
        yield reconciled([total], rows, own, tags=tags)
    for answer in answers:
        answer.end()
    for of_key in tagged.values():
        of_key.end()


def covers_others(clients: AwsClients, window: Window, progress: Progress) -> bool:
    """Return whether the bill has charges of other accounts, as only a payer's has."""
    question = {"GroupBy": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}]}
    used_by = {
        group["Keys"][0]
        for result in _results(clients, window, question, progress)
        for group in result["Groups"]
    }
    return any(map(ACCOUNT_ID.fullmatch, used_by - {clients.account.account_id}))


class DayByDay(Generic[R]):
    """The rows of an answer, a day at a time; it must be in the order of days."""

    def __init__(self, window: Window, rows: Iterator[R]) -> None:
        self._window, self._rows = window, rows
        self._next = next(rows, None)

    def of(self, day: date) -> Iterator[R]:
        """Return the rows of that day, which come next where there are any."""
        while self._next and self._next.day == day:
            yield self._next
            self._next = next(self._rows, None)

    def end(self) -> None:
        """Raise ProviderError where a row is left: its day was over already."""
        if self._next:
            reason = f"{self._next.day} is answered in two places, or out of order"
            raise _incomplete(self._window, reason)


def fetch_totals(
    clients: AwsClients, window: Window, progress: Progress
) -> Sequence[CostTotalRecord]:
    """Return the ungrouped total of every day; a day that is missing is an error."""
    totals = [
        CostTotalRecord(
            day=date.fromisoformat(result["TimePeriod"]["Start"]),
            currency=result["Total"][BILLED]["Unit"],
            billed=_amount(result, result["Total"], BILLED),
            effective=_amount(result, result["Total"], EFFECTIVE),
            is_estimated=result["Estimated"],
        )
        for result in _results(clients, window, {}, progress)
        if result["Total"]  # without one, nothing is said of the day
    ]
    missing = sorted(set(window.days()) - {total.day for total in totals})
    if missing:
        raise _incomplete(
            window,
            f"the answer lacks {len(missing)} of {len(window)} days, "
            f"the first {missing[0]}",
        )
    return totals


def fetch_rows(
    clients: AwsClients,
    window: Window,
    by: Sequence[str],
    chosen: Mapping[str, Any],
    progress: Progress,
) -> Iterator[CostRecord]:
    """Return the groups of two dimensions that are not zero, day by day.

    A charge that no service names is named by its kind.
    """
    dimensions = [{"Type": "DIMENSION", "Key": key} for key in by]
    question = {"GroupBy": dimensions, "Filter": chosen}
    for names, charged in _groups(clients, window, question, progress):
        keys = dict(zip(by, names, strict=True))
        kind = keys.get("RECORD_TYPE", "Usage")
        service, region = keys.get("SERVICE", ""), keys.get("REGION", "")
        yield CostRecord(
            sub_account_id=keys.get("LINKED_ACCOUNT", clients.account.account_id),
            service=kind if service in NO_SERVICE else service,
            region="" if region == "NoRegion" else region,
            charge_category=category(kind),
            **charged,
        )


def fetch_tags(
    clients: AwsClients, window: Window, key: str, by: str, progress: Progress
) -> Iterator[TagCostRecord]:
    """Return what each value of a tag cost, by SERVICE or LINKED_ACCOUNT, day by day.

    A key that the payer has not activated is not refused: all is untagged then.
    """
    dimensions = [{"Type": "TAG", "Key": key}, {"Type": "DIMENSION", "Key": by}]
    question = {"GroupBy": dimensions}
    for (tag, name), charged in _groups(clients, window, question, progress):
        if not tag.startswith(f"{key}$"):
            raise _incomplete(window, f"{tag!r} is no value of the tag {key}")
        is_by_service = by == "SERVICE"
        service = UNALLOCATED if name in NO_SERVICE else name
        yield TagCostRecord(
            tag_key=key,
            tag_value=tag.removeprefix(f"{key}$"),
            sub_account_id=clients.account.account_id if is_by_service else name,
            service=service if is_by_service else "",
            **charged,
        )


def _groups(
    clients: AwsClients, window: Window, question: Mapping[str, Any], progress: Progress
) -> Iterator[tuple[Sequence[str], dict[str, Any]]]:
    """Yield the keys of each group that is not zero, and what was charged when."""
    for result in _results(clients, window, question, progress):
        for raw in result["Groups"]:
            billed = _amount(result, raw["Metrics"], BILLED, raw["Keys"])
            effective = _amount(result, raw["Metrics"], EFFECTIVE, raw["Keys"])
            if billed or effective:
                yield (
                    raw["Keys"],
                    {
                        "day": date.fromisoformat(result["TimePeriod"]["Start"]),
                        "currency": raw["Metrics"][BILLED]["Unit"],
                        "billed": billed,
                        "effective": effective,
                        "is_estimated": result["Estimated"],
                    },
                )


def category(record_type: str) -> ChargeCategory:
    """The FOCUS ChargeCategory of a RECORD_TYPE; what is unknown is an adjustment."""
    if record_type in USAGE_TYPES or record_type.lower().endswith("discount"):
        return ChargeCategory.USAGE
    return CATEGORIES.get(record_type, ChargeCategory.ADJUSTMENT)


def _amount(
    result: "ResultByTimeTypeDef",
    metrics: Mapping[str, "MetricValueTypeDef"],
    metric: str,
    keys: Sequence[str] = ("the total",),
) -> Decimal:
    """To ten places, as it is stored, so that stored rows sum exactly too."""
    text, unit = metrics[metric]["Amount"], metrics[metric]["Unit"]
    try:
        amount = Decimal(text).quantize(QUANTUM)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_finite() and len(unit) <= CURRENCY_LENGTH:
        return amount
    day, of = result["TimePeriod"]["Start"], ", ".join(keys)
    reason = f"{metric} of {of} is {text!r} {unit!r}, which is no amount"
    raise failure(ErrorKind.INCOMPLETE, f"Costs of {day} (ce:GetCostAndUsage)", reason)


def _results(
    clients: AwsClients, window: Window, question: Mapping[str, Any], progress: Progress
) -> Iterator["ResultByTimeTypeDef"]:
    """Every result of every page: botocore has no paginator for this operation."""
    token: dict[str, str] = {}
    pages = 0
    while True:
        with aws_errors(_reading(window)):
            answer = clients.cost_explorer().get_cost_and_usage(
                TimePeriod={"Start": str(window.start), "End": str(window.end)},
                Granularity="DAILY",
                Metrics=[BILLED, EFFECTIVE],
                **question,
                **token,  # type: ignore[arg-type]
            )
        pages += 1
        progress(f"costs {window}: page {pages}")
        yield from answer["ResultsByTime"]
        following = answer.get("NextPageToken")
        if not following:
            return
        if token.get("NextPageToken") == following:
            raise _incomplete(window, "a page points to itself")
        token = {"NextPageToken": following}


def _incomplete(window: Window, reason: str) -> ProviderError:
    return failure(ErrorKind.INCOMPLETE, _reading(window), reason)


def _reading(window: Window) -> str:
    return f"Costs of {window} (ce:GetCostAndUsage)"

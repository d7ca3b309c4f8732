"""Read the bill and store it: a window of days is replaced as a whole."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db.models import Count, Exists, Max, Min, OuterRef, Subquery

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.windows import (
    ONE_DAY,
    Window,
    add_months,
    first_of_month,
    span,
    utc_day,
)
from costs.growth.refresh import refresh_growth
from costs.lines.storage import month_window, new_lines, replace_lines, shrunk
from costs.models import CostTotal, CoveredDay, LineItemMonth, Restatement
from costs.staging_file import StagingFile
from costs.store import store_costs
from providers.base import (
    BillSource,
    CostSource,
    DailyCostSource,
    OrganizationSource,
    Progress,
    SlowCostSource,
)
from providers.bill_records import BillMonth, NoLines
from providers.errors import ErrorKind, ProviderError
from providers.records import CostTotalRecord
from syncs.accounts.organization import refresh_members, refresh_organization
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import RunContext, SyncFailed, run_context, say_nothing
from syncs.runs.watermarks import WHOLE_ACCOUNT, due_window, read_until
from users.audit import Actor

# About this day of the month, AWS closes the bill of the month before.
BILL_FINAL_ON_DAY = 15
# Which accounts a bill covers now is seen by its days since then.
NEWEST_DAYS = 7


def read_cost(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read the account's costs of the window, or of what is due, and store them."""
    with run_context(run, on_progress) as current:
        source = current.source(CostSource)
        if run.backfill_window_id is None and is_billed_elsewhere(current):
            current.finish(0, read={})
            return run
        if isinstance(source, BillSource):
            read_bills(current, source)
            return run
        source = current.source(DailyCostSource)
        readable = own_window(run.account, source.cost_window(run.started_at))
        mark = read_until(run.account, Dataset.COST, readable.end).get(WHOLE_ACCOUNT)
        window = run.window or due_window(
            Dataset.COST, mark, readable, open_since(run.account, run.started_at)
        )
        current.begin(window)
        if mark is None and current.is_due and isinstance(source, SlowCostSource):
            read_parts(current, source, window)
        else:
            read_window(current, source, window, finishing=window)
    return run


sync_cost = partial(claim_and_read, Dataset.COST, read_cost)


def read_parts(current: RunContext, source: SlowCostSource, window: Window) -> None:
    """Store the newest days first, so that they show long before the last ones.

    Where a later part fails, those before it stay and the run is partial: as no
    watermark moves, the next one starts again.
    """
    *newer, last = source.cost_parts(window)
    try:
        for part in newer:
            read_window(current, source, part)
        read_window(current, source, last, finishing=window)
    except ProviderError as error:
        current.record_failed_part(error)
        current.finish_parts(current.rows, read={})


def read_window(
    current: RunContext,
    source: DailyCostSource,
    window: Window,
    *,
    finishing: Window | None = None,
) -> None:
    """Fetch these days and store them as a whole, and close a run that they finish."""
    with StagingFile(current.run.account.pk) as staged:
        window = stage(current, source, window, staged)
        current.remarks += staged.remarks
        with current.storing():
            replace_costs(current.run, window, staged)
            if finishing:
                read = {} if current.failures else {WHOLE_ACCOUNT: finishing}
                current.finish(current.rows + staged.count, read)
        current.rows += staged.count


def read_bills(current: RunContext, source: BillSource) -> None:
    """Store each month whose files are new, as a whole; one that fails keeps its own.

    Files that tell several months are read as one: after a month of them that failed,
    the others wait.
    """
    run = current.run
    held = {one.month: one for one in run.account.line_item_months.all()}
    known = {
        month: one.source_version
        for month, one in held.items()
        if not run.window and not is_outdated(one, run.started_at)
    }
    months = wanted(source.list_months(known, current.progress), run.window)
    new = [one for one in months if known.get(one.month) != one.version]
    if new:
        current.begin(span([month_window(one.month) for one in new]))
    failed: set[str] = set()
    for month in new:
        if month.version in failed:
            continue
        before = held.get(month.month)
        try:
            read_bill(current, source, month, before)
        except ProviderError as error:
            if isinstance(error, NoLines) and not before:
                current.remarks.append(f"{month.month:%Y-%m} has no days yet.")
                continue
            failed.add(month.version)
            current.record_failed_part(error)
    read = {} if failed else stored_days(run.account)
    current.finish_parts(len(new) - len(current.failures), read)


def is_outdated(month: LineItemMonth, now: datetime) -> bool:
    """Return whether the same files tell more since it was imported: days of it have
    ended, or it is final."""
    ended = min(utc_day(now), add_months(month.month, 1))
    was_open = first_open_month(month.imported_at) <= month.month
    is_final = month.month < first_open_month(now)
    return utc_day(month.imported_at) < ended or (was_open and is_final)


def read_bill(
    current: RunContext,
    source: BillSource,
    month: BillMonth,
    before: LineItemMonth | None,
) -> None:
    """Read one month into its line items and the ledger. Raise ProviderError."""
    run, window = current.run, month_window(month.month)
    with (
        new_lines(run.account, month.month, str(run.pk)) as lines,
        StagingFile(run.account.pk) as staged,
    ):
        bill = source.read_month(month, lines, current.progress)
        for part in bill.days:
            staged.add(part)
        current.remarks += [*bill.remarks, *shrunk(month, bill, before)]
        current.remarks += staged.remarks
        with current.storing():
            replace_costs(run, window, staged)
            replace_lines(run.account, month, bill, lines, before, run.started_at, run)
    current.rows += staged.count


def wanted(months: Sequence[BillMonth], window: Window | None) -> list[BillMonth]:
    """Return those that have days of the window. Raise SyncFailed without any."""
    found = [
        one
        for one in months
        if window is None
        or (window.start < add_months(one.month, 1) and one.month < window.end)
    ]
    if window and not found:
        there = ", ".join(f"{one.month:%Y-%m}" for one in months) or "none"
        raise SyncFailed(
            f"Costs of {window}: there is no bill of these days; the months whose "
            f"files are there: {there}."
        )
    return found


def stored_days(account: CloudAccount) -> dict[str, Window]:
    """Return from the first to the last day whose costs are stored."""
    days = account.cost_totals.aggregate(first=Min("day"), last=Max("day"))
    if days["first"] is None:
        return {}
    return {WHOLE_ACCOUNT: Window(days["first"], days["last"] + ONE_DAY)}


def is_billed_elsewhere(current: RunContext) -> bool:
    """Learn who pays for the account; return whether that is another one we have."""
    run, source = current.run, current.provider
    newest = utc_day(run.started_at) - ONE_DAY * NEWEST_DAYS
    covered = run.account.covered_days.filter(day__gte=newest)
    billed = set(covered.values_list("sub_account_id", flat=True))
    actor = Actor(run.started_by, "sync")
    if isinstance(source, OrganizationSource):
        current.remarks += refresh_organization(
            run.account,
            source,
            run.started_at,
            actor,
            billed=billed,
            since=run.account.created_at,
        )
    elif run.account.is_payer:
        current.remarks += refresh_members(run.account, billed, actor)
    return run.account.payer is not None


def own_window(account: CloudAccount, available: Window) -> Window:
    """Return the days that the account's own bill still has.

    Once another account pays, its cloud shows the days before as nothing; so it does
    with those on which a payer's bill covered it. They stay as they were read.
    """
    covered = CoveredDay.objects.filter(sub_account_id=account.account_id)
    last = covered.aggregate(last=Max("day"))["last"]
    start = max(filter(None, (available.start, last, account.bill_since)))
    return Window(min(start, available.end - ONE_DAY), available.end)


def stage(
    current: RunContext, source: DailyCostSource, window: Window, staged: StagingFile
) -> Window:
    """Fetch the window into the file; return which part of what is due it holds.

    After Cost Explorer was enabled, it has the running month days before the others:
    that month is read, and the run ends as partial.
    """
    month = Window(first_of_month(window.end - ONE_DAY), window.end)
    try:
        _fetch(current, source, window, staged)
    except ProviderError as error:
        has_part = current.is_due and window.start < month.start and not staged.totals
        if error.kind != ErrorKind.NOT_ENABLED or not has_part:
            raise
        current.begin(month)
        _fetch(current, source, month, staged)
        current.record_failed_part(error)
        return month
    return window


def _fetch(
    current: RunContext, source: DailyCostSource, window: Window, staged: StagingFile
) -> None:
    for part in source.fetch_costs(window, current.progress):
        staged.add(part)


def open_since(account: CloudAccount, now: datetime) -> date:
    """The first stored day that the cloud may have restated."""
    estimated = account.cost_totals.filter(is_estimated=True).order_by("day").first()
    month = first_open_month(now)
    return min(estimated.day, month) if estimated else month


def first_open_month(now: datetime) -> date:
    """The first day of the earliest month whose bill is not final yet."""
    today = utc_day(now)
    if today.day <= BILL_FINAL_ON_DAY:
        return add_months(today, -1)
    return first_of_month(today)


def replace_costs(run: SyncRun, window: Window, answer: StagingFile) -> None:
    """Replace the window's rows and totals by the answer, and add it to the rollups.

    Within the caller's transaction. Each day has a total, so that one without charges
    was measured to cost 0. Raises SyncFailed where the sums can't be stored, and where
    there is no answer at all for days that were stored.
    """
    held_totals = CostTotal.objects.filter(account=run.account).in_window(window)
    if not answer.totals and held_totals.exists():
        raise SyncFailed(
            f"Costs of {window}: the cloud answered without any day, but costs are "
            "stored for these days. They were kept. Check that the account still has "
            "its own bill, as one that was moved has not, then sync again."
        )
    Restatement.objects.bulk_create(restated(run, held_totals, answer.totals))
    try:
        store_costs(run, window, answer)
    except OverflowError as error:
        raise SyncFailed(f"Costs of {window}: {error}") from None
    refresh_growth(run.account, run.started_at)
    if CLOUDS[run.account.provider].pays_for_others(run.account.account_id):
        refuse_second_bill(run.account)


def refuse_second_bill(account: CloudAccount) -> None:
    """Raise SyncFailed where another scope's bill has the same charges.

    One day on both is an account that moved from one to the other.
    """
    others = CoveredDay.objects.exclude(account=account).filter(
        sub_account_id=OuterRef("sub_account_id"), day=OuterRef("day")
    )
    names = others.values("account__name")[:1]
    twice = account.covered_days.filter(Exists(others)).annotate(other=Subquery(names))
    per_account = twice.order_by().values_list("sub_account_id", "other")
    counted = per_account.annotate(days=Count("*")).filter(days__gt=1)
    if found := counted.order_by("sub_account_id").first():
        sub_account, other, days = found
        raise SyncFailed(
            f"Costs of {account}: {days} days of {sub_account} are on the bill of "
            f"{other} too, so that they would be counted twice. They were not stored. "
            "Keep one of the two scopes, and delete the other account."
        )


def restated(
    run: SyncRun, held: Iterable[CostTotal], totals: Iterable[CostTotalRecord]
) -> list[Restatement]:
    """One row for each stored day whose total has changed."""
    amounts = {(t.day, t.currency): (t.billed, t.effective) for t in totals}
    changes = []
    for old in held:
        billed, effective = amounts.get((old.day, old.currency), (Decimal(0),) * 2)
        if (billed, effective) != (old.billed, old.effective):
            changes.append(
                Restatement(
                    account=run.account,
                    day=old.day,
                    currency=old.currency,
                    old_billed=old.billed,
                    new_billed=billed,
                    old_effective=old.effective,
                    new_effective=effective,
                    was_estimated=old.is_estimated,
                    restated_at=run.started_at,
                    run=run,
                )
            )
    return changes

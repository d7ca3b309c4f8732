"""Do one step of a presenter: change the company, and read what changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from clouds.demo_clock import company_clock, company_now, set_clock
from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, last_complete_days, utc_day
from costs.sync import sync_cost
from dashboard.demo.applying import apply_recommendation
from dashboard.demo.company import build, catch_up, provider_of, sync_estate
from insights.models import Recommendation
from insights.refresh.refresh_state import Part
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from providers.demo.bill import arrived_by
from providers.demo.company import ACCOUNT_IDS, HISTORY_DAYS
from providers.demo.events import DemoEvent, EventKind
from providers.demo.provider import DemoProvider
from providers.demo.steps import Act, InvalidStep, Step
from syncs.accounts.changes import remove_accounts

ONE_MINUTE = timedelta(minutes=1)
# How much of a bill's end is read again where an event changed it.
RECENT_DAYS = 4
# What a day may change; forecasts, and what concerns all accounts, follow at the end.
DAILY_PARTS = (Part.ANOMALIES, Part.RECOMMENDATIONS)


class Asked(NamedTuple):
    """A step with the account that it is about, at the company's present."""

    step: Step
    account: CloudAccount
    provider: DemoProvider
    now: datetime


def perform(step: Step, now: datetime, by: str) -> str:
    """Do the step, and return what it did in a sentence. Raises InvalidStep.

    Of what takes several days only one is done: advance is called again.
    """
    if step.do is Act.RESET:
        return _reset(step, now)
    if not CloudAccount.objects.demo().exists():
        raise InvalidStep("There is no demo company. Reset it first: that builds it.")
    if step.do is Act.ADVANCE:
        return _advance(step, now)
    if step.do is Act.RECOMMEND:
        refresh_insights(company_now(now), tuple(Part))
        live = Recommendation.objects.live().filter(
            account__in=CloudAccount.objects.demo()
        )
        return f"{live.count()} recommendations are open."
    asked = _asked(step, _ticked(now))
    if step.do is Act.APPLY:
        return apply_recommendation(asked.account, resource_id(asked), asked.now, by)
    event = _event(asked)
    asked.provider.record(event)
    _read(asked, event)
    return _sentence(step)


def _reset(step: Step, now: datetime) -> str:
    remove_accounts(CloudAccount.objects.demo())
    then = now - ONE_DAY * step.days_ago
    set_clock(then if step.days_ago else None)
    for _ in build(then, step.days or HISTORY_DAYS):
        pass
    refresh_insights(then, tuple(Part))
    return f"Rebuilt, with data through {utc_day(then) - ONE_DAY:%-d %B %Y}."


def _advance(step: Step, now: datetime) -> str:
    """Move on by a day, or by hours, at most to our present."""
    then = company_now(now)
    if then == now:
        raise InvalidStep(
            "The demo company is at the present, so no days are left. Reset it to some "
            "days ago first."
        )
    if step.hours:
        return _advance_hours(step, step.hours, then, now)
    moved = then + ONE_DAY
    is_over = utc_day(moved) >= utc_day(now)
    moved = now if is_over else moved
    # As fast as it can, some is done once, at the end: what is found tells since when.
    is_last = is_over or (step.days or 1) == 1
    is_watched = step.per_minute is not None
    is_changed = _live_through(
        moved, is_over=is_over, is_last=is_last, is_watched=is_watched
    )
    if is_last:
        refresh_insights(moved, tuple(Part))
    elif is_watched:
        refresh_insights(moved, DAILY_PARTS if is_changed else (Part.ANOMALIES,))
    return _what_time(moved, is_over=is_over)


def _advance_hours(step: Step, hours: int, then: datetime, now: datetime) -> str:
    """Move on within a day, on which the bill of the day before arrives; one that was
    read whole before stays so."""
    moved = then + timedelta(hours=hours)
    is_over = utc_day(moved) >= utc_day(now)
    is_next_day = utc_day(moved) > utc_day(then)
    if is_over or (is_next_day and (step.days or 1) == 1):
        moved = now if is_over else moved
        _live_through(moved, is_over=is_over, is_last=True)
        refresh_insights(moved, tuple(Part))
    elif is_next_day:
        _live_through(moved, is_hourly=True, is_watched=True)
    else:
        _, is_hourly = company_clock(now)
        set_clock(moved, is_hourly=is_hourly)
        for account in CloudAccount.objects.demo():
            sync_ec2(account, moved)
            sync_cost(account, moved, window=last_complete_days(1, moved))
        if is_hourly and arrived_by(then.hour) < 1 <= arrived_by(moved.hour):
            refresh_insights(moved, DAILY_PARTS)
    return _what_time(moved, is_over=is_over)


def _live_through(
    moved: datetime,
    *,
    is_over: bool = False,
    is_last: bool = False,
    is_hourly: bool = False,
    is_watched: bool = False,
) -> bool:
    """Read what came by then, as the syncs of a day do; return whether anything came,
    changed or went, beside the costs and the use of it."""
    set_clock(None if is_over else moved, is_hourly=is_hourly)
    accounts = CloudAccount.objects.demo()
    changed = [
        catch_up(one, moved, is_last=is_last, is_watched=is_watched) for one in accounts
    ]
    return any(changed)


def _what_time(moved: datetime, *, is_over: bool) -> str:
    end = " That is the present." if is_over else ""
    return f"It is {moved:%-d %B %Y, %H:%M} UTC.{end}"


def refresh_insights(
    now: datetime, parts: tuple[Part, ...], only: CloudAccount | None = None
) -> None:
    """Compute insights of the company or of one account of it, and all parts also of
    all accounts together, if it is alone.

    What of the real ones is due stays so, and is computed by the scheduler.
    """
    # The statistics libraries take seconds to load.
    from insights.refresh.refresh_all import refresh

    found = [only] if only else CloudAccount.objects.demo()
    accounts: list[CloudAccount | None] = [*found]
    is_alone = not CloudAccount.objects.real().exists()
    if is_alone and {*parts} == {*Part}:
        accounts.append(None)
    refresh(accounts, now, parts=parts)


def _ticked(now: datetime) -> datetime:
    """Return its present, a minute later where its clock stands: by the time of a sync
    it is told what that has seen."""
    then, is_hourly = company_clock(now)
    if then == now:
        return now
    set_clock(then + ONE_MINUTE, is_hourly=is_hourly)
    return then + ONE_MINUTE


def _asked(step: Step, now: datetime) -> Asked:
    demo = CloudAccount.objects.demo()
    account = demo.filter(account_id=ACCOUNT_IDS[step.account]).first()
    if account is None:
        raise InvalidStep(f"account: {step.account} was removed. Reset the demo first.")
    return Asked(step, account, provider_of(account, now), now)


EVENTS: Mapping[Act, EventKind] = {
    Act.SPIKE: EventKind.SPIKE,
    Act.CPU: EventKind.CPU,
    Act.OUTAGE: EventKind.OUTAGE,
    Act.RESTATE: EventKind.RESTATED,
    Act.ADD: EventKind.ADDED,
    Act.REMOVE: EventKind.REMOVED,
    Act.STOP: EventKind.STOPPED,
    Act.START: EventKind.STARTED,
}
# What begins with the newest day that is read, so that it shows at once.
OF_DAYS = (Act.SPIKE, Act.CPU)
OF_MACHINES = (Act.CPU, Act.STOP, Act.START)
OF_RESOURCES = (*OF_MACHINES, Act.REMOVE)
OF_BILLS = (Act.SPIKE, Act.RESTATE)


def _event(asked: Asked) -> DemoEvent:
    step, provider = asked.step, asked.provider
    today = provider.hour - provider.hour % 24
    what = step.what
    if step.do in OF_RESOURCES:
        what = resource_id(asked)
    if step.do in OF_BILLS:
        _require_charges(asked)
    if step.do is Act.ADD and provider.has_named(what):
        raise InvalidStep(
            f"what: {asked.account.name} has or had a machine {what}. Choose another "
            "name."
        )
    return DemoEvent(
        kind=EVENTS[step.do],
        hour=today - 24 if step.do in OF_DAYS else provider.hour,
        what=what,
        place=step.place,
        target=step.target,
        role=step.role,
        factor=step.factor,
        days=step.days,
    )


def resource_id(asked: Asked) -> str:
    """Return the id of what the step names. Raises InvalidStep."""
    provider, is_machine = asked.provider, asked.step.do in OF_MACHINES
    find = provider.instance_id if is_machine else provider.resource_id
    found = find(asked.step.what)
    if not found:
        raise InvalidStep(
            f"what: {asked.account.name} has no {asked.step.what} now. Use the name or "
            f"id of a {'machine' if is_machine else 'resource'} that is there."
        )
    return found


def _require_charges(asked: Asked) -> None:
    step, day = asked.step, utc_day(asked.now) - ONE_DAY
    charges = asked.account.daily_costs.filter(day=day)
    places = set(charges.values_list("service", "region", "resource_group"))
    there = {(service, region or group) for service, region, group in places}
    if (step.what, step.place) not in there:
        known = sorted({place for service, place in there if service == step.what})
        hint = f"It is billed in {', '.join(known)}." if known else _services(there)
        raise InvalidStep(f"{step.what} costs nothing in {step.place}. {hint}")


def _services(there: Iterable[tuple[str, str]]) -> str:
    names = sorted({service for service, place in there if place})
    return f"what: use one of {', '.join(names)}."


# What changes costs or use alone, and so no recommendation at once.
OF_DAYS_ALONE = (EventKind.SPIKE, EventKind.RESTATED, EventKind.CPU)


def _read(asked: Asked, event: DemoEvent) -> None:
    """Sync what the event changed, and look for what is to be found in that account."""
    account, now = asked.account, asked.now
    if event.kind in (EventKind.SPIKE, EventKind.RESTATED):
        recent = max(RECENT_DAYS, event.days or 0)
        stored = account.cost_totals.order_by("day").first()
        window = last_complete_days(recent, now)
        start = max(window.start, stored.day) if stored else window.start
        sync_cost(account, now, window=Window(start, window.end))
    elif event.kind is EventKind.CPU:
        sync_cpu(account, now, window=last_complete_days(RECENT_DAYS, now))
    else:
        sync_ec2(account, now)
        sync_estate(account, now)
    is_found_by_days = event.kind in OF_DAYS_ALONE
    parts = (Part.ANOMALIES,) if is_found_by_days else DAILY_PARTS
    refresh_insights(now, parts, account)


SENTENCES: Mapping[Act, Callable[[Step], str]] = {
    Act.SPIKE: lambda s: f"{s.what} in {s.place} costs {s.factor:g} times as much.",
    Act.CPU: lambda s: f"{s.what} works at {s.factor:g}%.",
    Act.OUTAGE: lambda s: f"{s.place} of {s.account} is down.",
    Act.RESTATE: lambda s: (
        f"{s.days} days of {s.what} in {s.place} were restated by {s.factor:g}."
    ),
    Act.ADD: lambda s: f"{s.what} ({s.target}) was launched in {s.place}.",
    Act.REMOVE: lambda s: f"{s.what} was removed.",
    Act.STOP: lambda s: f"{s.what} was stopped.",
    Act.START: lambda s: f"{s.what} was started.",
}


def _sentence(step: Step) -> str:
    return SENTENCES[step.do](step)

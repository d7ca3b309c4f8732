"""All rules over one machine: the door to this package."""

from datetime import datetime

from insights.advice.case import Case
from insights.advice.days import RUNNING, looked_at, require_valid
from insights.advice.drafts import Draft, advice_from, not_enough
from insights.advice.generations import old_generation
from insights.advice.idle import idle
from insights.advice.load import load_of
from insights.advice.oversized import oversized
from insights.advice.prices import Prices
from insights.advice.records import Advice, MachineFacts, NotEnough, Rule
from insights.advice.schedule import schedule
from insights.advice.stopped import STOPPED, stopped
from insights.advice.thresholds import Thresholds

Found = Draft | NotEnough | None
OF_LOAD = (Rule.IDLE, Rule.OVERSIZED, Rule.SCHEDULE)
ALWAYS_TOLD = (Rule.IDLE, Rule.STOPPED)


def advise(
    machine: MachineFacts,
    thresholds: Thresholds,
    prices: Prices,
    now: datetime,
    currency: str = "USD",
) -> list[Advice | NotEnough]:
    """What to do about one machine, and which rules could not be answered, and why.

    An empty list says that nothing is wrong. Raises InvalidFacts for figures that no
    cloud measures. `currency` is that of `attached_monthly`.
    """
    require_valid(machine)
    if machine.gone_since:
        return []
    case = Case(machine, prices, thresholds, looked_at(thresholds, now))
    if machine.state == STOPPED:
        found = [stopped(machine, thresholds, now, currency)]
    elif machine.state == RUNNING:
        found = [*_of_load(case), *old_generation(case)]
    else:
        found = []
    return [
        advice_from(each, case) if isinstance(each, Draft) else each
        for each in found
        if each is not None and _is_worth_it(each, thresholds)
    ]


def _of_load(case: Case) -> list[Found]:
    load = load_of(case)
    if isinstance(load, str):
        return [not_enough(rule, case.machine, load) for rule in OF_LOAD]
    return [idle(case, load), oversized(case, load), schedule(case, load)]


def _is_worth_it(found: Draft | NotEnough, thresholds: Thresholds) -> bool:
    """A change of a few cents is not; what is stopped or idle always is."""
    if isinstance(found, NotEnough) or found.rule in ALWAYS_TOLD or found.saved is None:
        return True
    return found.saved >= thresholds.least_saving

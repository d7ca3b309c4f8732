"""All rules for one instance."""

from datetime import datetime

from insights.recommendations.engine.advice_records import (
    Advice,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import not_enough
from insights.recommendations.engine.generations import old_generation
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.idle import idle
from insights.recommendations.engine.observation_window import (
    RUNNING,
    looked_at,
    require_valid,
)
from insights.recommendations.engine.oversized import oversized
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.schedule import schedule
from insights.recommendations.engine.stopped import STOPPED, stopped
from insights.recommendations.engine.utilization import utilization_of

Answer = Advice | NotEnough | None
OF_LOAD = (Rule.IDLE, Rule.OVERSIZED, Rule.SCHEDULE)
ALWAYS_SHOWN = (Rule.IDLE, Rule.STOPPED)


def advise(
    machine: MachineFacts,
    thresholds: Thresholds,
    prices: Prices,
    now: datetime,
    currency: str = "USD",
) -> list[Advice | NotEnough]:
    """Return the advice for one instance, and the rules that cannot be answered.

    Raise InvalidFacts for impossible figures. `currency` is that of
    `attached_monthly`.
    """
    require_valid(machine)
    if machine.gone_since:
        return []
    context = RuleContext(machine, prices, thresholds, looked_at(thresholds, now))
    if machine.state == STOPPED:
        found = [stopped(context, now, currency)]
    elif machine.state == RUNNING:
        found = [*_of_load(context), *old_generation(context)]
    else:
        found = []
    return [
        each for each in found if each is not None and _is_worth_it(each, thresholds)
    ]


def _of_load(context: RuleContext) -> list[Answer]:
    utilization = utilization_of(context)
    if isinstance(utilization, str):
        return [not_enough(rule, context.machine, utilization) for rule in OF_LOAD]
    return [
        idle(context, utilization),
        oversized(context, utilization),
        schedule(context, utilization),
    ]


def _is_worth_it(answer: Advice | NotEnough, thresholds: Thresholds) -> bool:
    """Return False for a change of a few cents; stopped and idle always count."""
    if isinstance(answer, NotEnough) or answer.rule in ALWAYS_SHOWN:
        return True
    saving = answer.savings_monthly
    return saving is None or saving >= thresholds.least_saving

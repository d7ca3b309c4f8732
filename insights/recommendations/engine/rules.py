"""All rules for one instance."""

from collections.abc import Callable
from datetime import datetime

from insights.recommendations.engine.advice import (
    REMOVALS,
    RUNNING,
    STOPPED,
    Advice,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.allocated import allocated
from insights.recommendations.engine.generations import old_generation
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.idle import idle
from insights.recommendations.engine.observation_window import (
    observation_window,
    require_valid,
)
from insights.recommendations.engine.oversized import oversized
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.schedule import schedule
from insights.recommendations.engine.stopped import stopped
from insights.recommendations.engine.utilization import Utilization, utilization_of

DEALLOCATED = "deallocated"
UtilizationRule = Callable[[RuleContext, Utilization], Advice | NotEnough | None]
RULES_OF_UTILIZATION: dict[Rule, UtilizationRule] = {
    Rule.IDLE: idle,
    Rule.OVERSIZED: oversized,
    Rule.SCHEDULE: schedule,
}


def advise(
    machine: MachineFacts,
    thresholds: Thresholds,
    prices: Prices,
    now: datetime,
) -> list[Advice | NotEnough]:
    """Return the advice for one instance, and the rules that cannot be answered.

    Raise InvalidFacts for impossible figures.
    """
    require_valid(machine)
    if machine.gone_since:
        return []
    window = observation_window(thresholds, now)
    context = RuleContext(machine, prices, thresholds, window)
    answers: list[Advice | NotEnough | None] = []
    if machine.state == STOPPED and machine.is_billed:
        answers = [allocated(context, now)]
    elif machine.state in (STOPPED, DEALLOCATED):
        answers = [stopped(context, now)]
    elif machine.state == RUNNING:
        answers = [*_of_utilization(context), *old_generation(context)]
    return [answer for answer in answers if answer and _is_worth_it(answer, context)]


def _of_utilization(context: RuleContext) -> list[Advice | NotEnough | None]:
    utilization = utilization_of(context)
    if isinstance(utilization, str):
        return [NotEnough(rule, utilization) for rule in RULES_OF_UTILIZATION]
    return [rule(context, utilization) for rule in RULES_OF_UTILIZATION.values()]


def _is_worth_it(answer: Advice | NotEnough, context: RuleContext) -> bool:
    """Return False for a change of a few cents, and where something else is billed
    anyway; idle ones and those that are off always count."""
    if answer.rule in REMOVALS:
        return True
    if context.machine.paid_anyway:
        return False
    saving = None if isinstance(answer, NotEnough) else answer.savings_monthly
    return saving is None or saving >= context.thresholds.least_saving

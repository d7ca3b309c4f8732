"""What a rule is applied to: the facts of one instance, prices and thresholds."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from core.windows import Window
from insights.recommendations.engine.advice import Level, MachineFacts
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.change_risk import ChangeRisk, change_risk_of
from insights.recommendations.engine.hourly_prices import HourlyPrice, Prices
from insights.recommendations.engine.observation_window import running_share


@dataclass(frozen=True)
class RuleContext:
    """`window` holds the complete days that are considered."""

    machine: MachineFacts
    prices: Prices
    thresholds: Thresholds
    window: Window

    @property
    def subject(self) -> MachineFacts:
        return self.machine

    @cached_property
    def change_risk(self) -> ChangeRisk:
        return change_risk_of(self.machine)

    @cached_property
    def price(self) -> HourlyPrice | None:
        return self.prices.hourly(self.machine)

    @cached_property
    def running_share(self) -> float:
        return running_share(self.machine, self.window)

    @cached_property
    def monthly_cost(self) -> Decimal | None:
        """Return what the hours that it runs cost a month; None if that is unknown."""
        if self.price is None or self.machine.paid_anyway:
            return None
        return self.price.monthly(self.running_share)

    def confidence(self, days: int) -> Level:
        """High where nearly the whole look-back was measured, low at its least."""
        if days >= 0.85 * self.thresholds.lookback_days:
            return Level.HIGH
        return Level.MEDIUM if days > self.thresholds.least_days else Level.LOW

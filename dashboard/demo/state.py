"""What page, API and command say of the demo: its present, and what is being done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clouds.demo_clock import company_now
from clouds.models import CloudAccount
from core.clocks import is_recent
from dashboard.demo.control import (
    HELD_AT_MOST,
    company,
    presenter_of,
    scenario_of,
)
from providers.demo.scenario_files import Scenario, Scene, scenarios


@dataclass(frozen=True, slots=True)
class DemoState:
    """The demo as it is now."""

    is_there: bool
    present: datetime
    is_behind: bool
    presenter: str
    steps: Sequence[dict[str, object]]
    is_paused: bool
    is_at_work: bool
    outcome: str
    error: str
    scenario: Scenario | None
    scene: Scene | None
    """The scene that is played."""
    number: int
    scenarios: Sequence[Scenario]

    @property
    def is_last(self) -> bool:
        return self.scenario is not None and self.number >= len(self.scenario.scenes)


def demo_state(now: datetime) -> DemoState:
    """Two queries."""
    row = company()
    scenario = scenario_of(row) if row.scenario in scenarios() else None
    held = row.held_at is not None and is_recent(row.held_at, now, HELD_AT_MOST)
    return DemoState(
        is_there=CloudAccount.objects.demo().exists(),
        present=company_now(now),
        is_behind=row.clock is not None,
        presenter=presenter_of(row, now),
        steps=row.steps,
        is_paused=row.is_paused,
        is_at_work=bool(row.held_by) and held,
        outcome=row.outcome,
        error=row.error,
        scenario=scenario,
        scene=scenario.scenes[row.scene - 1] if scenario and row.scene else None,
        number=row.scene,
        scenarios=list(scenarios().values()),
    )

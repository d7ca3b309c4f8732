"""Four agents: each a named set of questions, and the report of their answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from assistant.answer import DataStatus
from assistant.answerers import answer
from assistant.engine.names import Vocabulary
from assistant.engine.parser import Unanswered
from assistant.engine.slots import parse_slots
from assistant.models import accounts_seen
from clouds.access import AnyUser
from clouds.models import SharedVersion
from core.api.cache import CachedAnswer, key_of, look_up, store
from core.windows import utc_day


@dataclass(frozen=True, slots=True)
class Section:
    """A question of a report."""

    title: str
    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    title: str
    description: str
    sections: tuple[Section, ...]

    @property
    def tools(self) -> list[str]:
        return list(dict.fromkeys(one.intent for one in self.sections))


# Their questions are of everything that the user sees.
NO_NAMES = Vocabulary(())
RUNNING = {"state": "running", "kind": "instance"}
AGENTS = {
    one.name: one
    for one in (
        Agent(
            "cost-analyst",
            "Cost analyst",
            "What the bill is, what it is made of, and why it changed.",
            (
                Section("This month", "cost", {"period": "this_month"}),
                Section("By service", "top", {"group_by": "service"}),
                Section("By account", "top", {"group_by": "account"}),
                Section("Why it changed", "why", {"period": "30_days"}),
                Section("By month", "trend", {"granularity": "monthly"}),
                Section("Open anomalies", "anomaly"),
            ),
        ),
        Agent(
            "infrastructure-analyst",
            "Infrastructure analyst",
            "What runs, what is idle or untagged, how fresh the data is, and whether "
            "the installation is healthy.",
            (
                Section("Resources", "count"),
                Section("Running instances", "count", RUNNING),
                Section("Idle instances", "idle"),
                Section("Untagged resources", "count", {"untagged": "true"}),
                Section("Data freshness", "freshness"),
                Section("Health of the installation", "health"),
                Section("Backups", "backup"),
            ),
        ),
        Agent(
            "remediation-specialist",
            "Remediation specialist",
            "What can be saved, the most urgent first, and which actions are pending. "
            "It changes nothing.",
            (
                Section("Pending actions", "action"),
                Section("High priority", "savings", {"priority": "high"}),
                Section("Idle", "savings", {"rule": "idle"}),
                Section("Unattached", "savings", {"rule": "unattached"}),
                Section("Oversized", "savings", {"rule": "oversized"}),
                Section("All recommendations", "savings"),
                Section("Failed actions", "action", {"status": "failed"}),
                Section("Open anomalies", "anomaly"),
            ),
        ),
        Agent(
            "financial-analyst",
            "Financial analyst",
            "Month to date, forecast, budgets and savings.",
            (
                Section("This month", "cost", {"period": "this_month"}),
                Section("Last month", "cost", {"period": "last_month"}),
                Section("Month-end forecast", "forecast"),
                Section("Budgets", "budget"),
                Section("Potential savings", "savings"),
                Section("Realized savings", "savings", {"realized": "true"}),
            ),
        ),
    )
}


def report(agent: Agent, user: AnyUser, now: datetime) -> dict[str, Any]:
    """Return the agent's report: each question with its answer, or why not."""
    status, version = DataStatus(user, now), version_of(user, now)
    sections = []
    for one in agent.sections:
        answered = partial(_answered, one, user, now, status)
        if one.intent in BY_THE_CLOCK:
            found = answered()
        else:
            slots = sorted(one.slots.items())
            found = section_of(version, (one.intent, slots), answered)
        sections.append({"title": one.title, "tool": one.intent, **found})
    return {
        "agent": agent.name,
        "title": agent.title,
        "description": agent.description,
        "tools": agent.tools,
        "made_at": now.isoformat(),
        "data_status": status.of(),
        "sections": sections,
    }


def _answered(
    section: Section, user: AnyUser, now: datetime, status: DataStatus
) -> dict[str, Any]:
    result: Any = parse_slots(section.intent, section.slots, NO_NAMES)
    if not isinstance(result, Unanswered):
        result = answer(result, user, now, {}, status)
    if isinstance(result, Unanswered):
        return {"text": result.reason, "is_refused": True}
    found: dict[str, Any] = result
    return found


# What these say changes with the clock, without a change of data that moves a version.
BY_THE_CLOCK = frozenset({"freshness", "health", "backup"})
KIND, JSON = "assistant-report", "application/json"


def version_of(user: AnyUser, now: datetime) -> str:
    """Return the version of all data, of what a user may see of it, and of the day, as
    "this month" moves at midnight. It moves with any data, also of accounts that are
    hidden from the user."""
    versions = SharedVersion.objects.order_by("subject").values_list(
        "subject", "version"
    )
    rights = sorted(user.get_all_permissions())  # type: ignore[union-attr]
    state = [list(versions), utc_day(now), user.pk, accounts_seen(user), rights]
    return sha256(repr(state).encode()).hexdigest()


def section_of(
    version: str, asked: tuple[object, ...], answered: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return the section that is `asked` for as of the version of all data."""
    key = key_of(version, [KIND, *asked])
    if found := look_up(key, KIND):
        section: dict[str, Any] = json.loads(found.packed)
        return section
    section = answered()
    # What was refused may be answered the next time, as after too many requests.
    if not section.get("is_refused"):
        store(key, CachedAnswer(json.dumps(section).encode(), JSON))
    return section

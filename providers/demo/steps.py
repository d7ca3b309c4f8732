"""What a presenter of the demo can do: one step at a time, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from core.refusals import Refusal
from providers.demo.company import (
    ACCOUNT_IDS,
    HISTORY_DAYS,
    INSTANCE_TYPES,
    REGIONS,
    cloud_of_type,
)
from providers.demo.company import CLOUD_OF as CLOUDS
from providers.demo.machines import Role

# Of history that is built at least, so that there is a week to compare with.
LEAST_DAYS = 4
LARGEST_FACTOR = 100
LONGEST_NAME = 100


class InvalidStep(Refusal, ValueError):
    """The step can't be done; the message says why and what to write instead."""

    field = "steps"


class Act(StrEnum):
    RESET = "reset"
    ADVANCE = "advance"
    SPIKE = "spike"
    CPU = "cpu"
    OUTAGE = "outage"
    RESTATE = "restate"
    ADD = "add"
    REMOVE = "remove"
    STOP = "stop"
    START = "start"
    RECOMMEND = "recommend"
    APPLY = "apply"


# What each step needs, and what it may have beside that.
NEEDS: Mapping[Act, tuple[str, ...]] = {
    Act.RESET: (),
    Act.ADVANCE: (),
    Act.SPIKE: ("account", "what", "place", "factor"),
    Act.CPU: ("account", "what", "factor"),
    Act.OUTAGE: ("account", "place"),
    Act.RESTATE: ("account", "what", "place", "factor", "days"),
    Act.ADD: ("account", "what", "place", "target", "role"),
    Act.REMOVE: ("account", "what"),
    Act.STOP: ("account", "what"),
    Act.START: ("account", "what"),
    Act.RECOMMEND: (),
    Act.APPLY: ("account", "what"),
}
MAY_HAVE: Mapping[Act, tuple[str, ...]] = {
    Act.RESET: ("days", "days_ago"),
    Act.ADVANCE: ("days", "hours", "per_minute"),
    Act.SPIKE: ("days",),
    Act.CPU: ("days",),
    Act.OUTAGE: ("days",),
    Act.ADD: ("days",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `what` is a service as the bill names it, or a resource's name or id;
    `place` a region, and on Azure's bill a resource group."""

    do: Act
    account: str = ""
    what: str = ""
    place: str = ""
    target: str = ""
    role: str = ""
    factor: float = 1.0
    """Of a bill a multiple; of CPU the average in percent."""
    days: int | None = None
    days_ago: int = 0
    hours: int | None = None
    """How many hours it advances at once; a day without."""
    per_minute: float | None = None
    """How often it does so a minute; as fast as it can without."""

    @property
    def given(self) -> dict[str, Any]:
        """Return it as it was written: what it needs or differs from a default."""
        values = ((one.name, getattr(self, one.name), one.default) for one in FIELDS)
        return {
            name: value
            for name, value, default in values
            if name in NEEDS[self.do] or value != default
        }


FIELDS = fields(Step)
NUMBERS = {
    "factor": (0.0, LARGEST_FACTOR),
    "days": (1, HISTORY_DAYS),
    "days_ago": (0, HISTORY_DAYS),
    "hours": (1, 24),
    "per_minute": (0.1, 600.0),
}
WHOLE = {"days", "days_ago", "hours"}


def parse_step(given: Mapping[str, Any]) -> Step:
    """Return the step that is written so. Raises InvalidStep."""
    word = str(given.get("do", ""))
    if word not in list(Act):
        raise InvalidStep(f"do: {word!r} is no step. Use one of {', '.join(Act)}.")
    act = Act(word)
    allowed = ("do", *NEEDS[act], *MAY_HAVE.get(act, ()))
    if unknown := sorted(set(given) - set(allowed)):
        raise InvalidStep(f"{act} takes no {unknown[0]}. Use {', '.join(allowed)}.")
    given = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in given.items()
    }
    if missing := [name for name in NEEDS[act] if given.get(name) in (None, "")]:
        raise InvalidStep(f"{act} needs {', '.join(missing)}.")
    values = {name: _value(name, given[name]) for name in given if name != "do"}
    step = Step(do=act, **values)
    _check(step)
    return step


def _value(name: str, value: Any) -> Any:
    if name not in NUMBERS:
        # Neither NUL nor half a character, which PostgreSQL does not store.
        is_text = isinstance(value, str) and value.isprintable()
        if not is_text or len(value) > LONGEST_NAME:
            raise InvalidStep(
                f"{name}: write at most {LONGEST_NAME} characters, all printable."
            )
        return value
    least, most = NUMBERS[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_whole = name not in WHOLE or isinstance(value, int)
    if not is_number or not is_whole or not least <= value <= most:
        kind = "a whole number" if name in WHOLE else "a number"
        raise InvalidStep(f"{name} must be {kind} from {least:g} to {most:g}.")
    return value


def _check(step: Step) -> None:
    """Raise InvalidStep for what the company does not have."""
    if step.account and step.account not in ACCOUNT_IDS:
        raise InvalidStep(
            f"account: {step.account} is no account of the demo company, and only that "
            f"is changed. Use one of {', '.join(ACCOUNT_IDS)}."
        )
    if step.do is Act.RESET and step.days is not None and step.days < LEAST_DAYS:
        raise InvalidStep(f"days: at least {LEAST_DAYS} days are built.")
    regions = REGIONS[CLOUDS[ACCOUNT_IDS[step.account]]] if step.account else ()
    if step.do in (Act.OUTAGE, Act.ADD) and step.place not in regions:
        raise InvalidStep(f"place: use one of {', '.join(regions)}.")
    if step.do is Act.ADD:
        _check_machine(step)


def _check_machine(step: Step) -> None:
    cloud = CLOUDS[ACCOUNT_IDS[step.account]]
    types = [name for name in INSTANCE_TYPES if cloud_of_type(name) is cloud]
    if step.target not in types:
        raise InvalidStep(f"target: use one of {', '.join(types)}.")
    if step.role not in list(Role):
        raise InvalidStep(f"role: use one of {', '.join(Role)}.")

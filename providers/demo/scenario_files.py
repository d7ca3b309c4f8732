"""The scenarios that a presenter can play: each is a file in scenarios/."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from providers.demo.steps import InvalidStep, Step, parse_step

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a presenter says, the page that shows it, and what is done before."""

    text: str
    page: str
    """An address of this site with its query."""
    shows: Sequence[str]
    """Words of that page by which the text is true; a test looks for them."""
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    """The file's, without its ending."""
    title: str
    about: str
    scenes: Sequence[Scene]


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Return all of them by name. Raises InvalidStep that names the file."""
    return {path.stem: read_scenario(path) for path in sorted(FOLDER.glob("*.toml"))}


def read_scenario(path: Path) -> Scenario:
    try:
        written = tomllib.loads(path.read_text())
        return Scenario(
            name=path.stem,
            title=written["title"],
            about=written["about"],
            scenes=[_scene(one) for one in written["scene"]],
        )
    except KeyError as error:
        raise InvalidStep(f"{path.name} lacks {error.args[0]}.") from None
    except (tomllib.TOMLDecodeError, InvalidStep) as error:
        raise InvalidStep(f"{path.name}: {error}") from None


def _scene(written: Mapping[str, Any]) -> Scene:
    return Scene(
        text=" ".join(written["text"].split()),
        page=written["page"],
        shows=written["shows"],
        steps=[parse_step(step) for step in written.get("steps", ())],
    )

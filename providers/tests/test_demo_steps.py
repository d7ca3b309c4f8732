"""Steps as they are written, and the scenarios that are made of them."""

from pathlib import Path
from typing import Any

import pytest

from providers.demo.scenario_files import read_scenario, scenarios
from providers.demo.steps import Act, InvalidStep, parse_step

SPIKE = {
    "do": "spike",
    "account": "production",
    "what": "AWS Lambda",
    "place": "us-east-1",
    "factor": 5,
}


@pytest.mark.parametrize("factor", [5, 1, 0])
def test_a_step_is_written_again_as_it_was_read(factor: int) -> None:
    step = {**SPIKE, "factor": factor}
    assert parse_step(step).given == step


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"do": "explode"}, "is no step. Use one of reset"),
        ({"account": "111122223333"}, "is no account of the demo company"),
        ({"what": ""}, "spike needs what"),
        ({"account": " "}, "spike needs account"),
        ({"what": "AWS\0"}, "all printable"),
        ({"what": "\ud800"}, "all printable"),
        ({"role": "web"}, "spike takes no role"),
        ({"factor": "many"}, "factor must be a number from 0 to 100"),
        ({"factor": True}, "factor must be a number"),
        ({"factor": float("nan")}, "factor must be a number"),
        ({"days": 0}, "days must be a whole number from 1 to 400"),
        ({"days": 1.5}, "days must be a whole number"),
        ({"what": "x" * 101}, "write at most 100 characters"),
        ({"what": ["x"]}, "write at most 100 characters"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidStep, match=message):
        parse_step({**SPIKE, **changes})


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"do": "outage", "account": "stores", "place": "eu-west-1"}, "westeurope"),
        ({"do": "reset", "days": 3}, "at least 4 days"),
    ],
)
def test_what_the_company_does_not_have_is_refused(
    step: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidStep, match=message):
        parse_step(step)


def test_each_scenario_begins_clean_and_has_something_to_say_and_to_show() -> None:
    assert len(scenarios()) == 8
    for scenario in scenarios().values():
        first = scenario.scenes[0].steps
        assert first[0].do is Act.RESET, scenario.name
        assert scenario.title and scenario.about
        for scene in scenario.scenes:
            assert len(scene.text) > 40
            assert scene.page.startswith("/")
            assert scene.shows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = 'x'", "mine.toml lacks about"),
        ("title = ", "mine.toml: "),
        (
            "title='x'\nabout='y'\n[[scene]]\ntext='t'\npage='/'\nshows=[]\n"
            "steps=[{do='fly'}]",
            "mine.toml: do: 'fly' is no step",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InvalidStep, match=message):
        read_scenario(path)

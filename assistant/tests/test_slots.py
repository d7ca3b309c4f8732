"""Slots that are given as values are checked before anything looks at them closer."""

from typing import Any

import pytest

from assistant.engine.names import NameKind
from assistant.engine.parser import ParsedQuestion, Unanswered, parse
from assistant.engine.slots import parse_slots
from assistant.testing import FRIDAY, company

COMPANY = company()


@pytest.mark.parametrize(
    ("slots", "reason"),
    [
        ({"start": "2026-02-01"}, "Give start and end together."),
        ({"end": "2026-02-01"}, "Give start and end together."),
        (
            {"previous_end": "2026-02-01"},
            "Give previous_start and previous_end together.",
        ),
        ({"start": "2026-02-30", "end": "2026-03-31"}, "Give start as 2026-01-31."),
        ({"start": "0001-01-01", "end": "2026-03-31"}, "Give start as 2026-01-31."),
        (
            {"start": "2026-02-01", "end": "2026-02-01"},
            "start must be before end, which is exclusive.",
        ),
        ({"service": ["x" * 501]}, "A value has at most 500 characters."),
        ({"service": [["x" * 501]]}, "A value has at most 500 characters."),
        ({"x" * 501: "y"}, "A value has at most 500 characters."),
        ({"service": ["S3"] * 51}, "Give at most 50 values of a slot."),
    ],
)
def test_what_no_answer_could_use_is_refused(slots: Any, reason: str) -> None:
    found = parse_slots("why", slots, COMPANY)
    assert isinstance(found, Unanswered)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("slots", "reason"),
    [
        (
            {"service": ["Tax", "AWS Lambda"]},
            "Ask for one service at a time: Tax or AWS Lambda.",
        ),
        (
            {"service": ["Tax"], "account": ["staging"]},
            "A forecast is of one service or one account.",
        ),
    ],
)
def test_a_forecast_is_of_one_name(slots: Any, reason: str) -> None:
    found = parse_slots("forecast", slots, COMPANY)
    assert isinstance(found, Unanswered)
    assert found.reason == reason


def test_whole_windows_are_taken() -> None:
    slots = {"start": "2026-02-01", "end": "2026-02-02"}
    assert parse_slots("forecast", slots, COMPANY) == ParsedQuestion("forecast", slots)


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12", "0000-05", "0001-01-01"])
def test_a_day_outside_of_the_century_is_no_day(day: str) -> None:
    found = parse(f"What did S3 cost in {day}?", COMPANY, FRIDAY)
    assert isinstance(found, Unanswered)
    assert found.unknown == [day]


@pytest.mark.parametrize(
    "question", ["top ² services", "cost of the last ² days", "forecast of next ² days"]
)
def test_a_raised_number_is_no_number(question: str) -> None:
    assert isinstance(parse(question, COMPANY, FRIDAY), Unanswered)


def test_a_question_of_unknown_words_has_names_for_the_first_few() -> None:
    words = [f"cloudfrnt{at}" for at in range(5)]
    found = parse(f"cost of {' '.join(words)}", COMPANY, FRIDAY)
    assert isinstance(found, Unanswered)
    assert (list(found.unknown), list(found.nearest)) == (words, words[:3])
    assert COMPANY.nearest("cloudfront" * 7, NameKind) == []

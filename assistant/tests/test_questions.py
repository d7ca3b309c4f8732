"""More than a hundred questions with what is expected of each, as of a Friday.

`questions.txt` has those that are answered, as question | intent | slot=value; ..., and
after an empty line those that must be refused, with the words or the reason for it.
"""

from pathlib import Path

import pytest

from assistant.engine.parser import ParsedQuestion, Unanswered, parse
from assistant.testing import FRIDAY, company

TEXT = (Path(__file__).parent / "questions.txt").read_text()
ANSWERED, REFUSED = ([*part.splitlines()] for part in TEXT.split("\n\n"))
COMPANY = company()


def written(found: ParsedQuestion) -> str:
    slots = "; ".join(
        f"{slot}={value if isinstance(value, str) else ' + '.join(value)}"
        for slot, value in found.slots.items()
    )
    return f"{found.intent} | {slots}" if slots else found.intent


def test_there_are_a_hundred_of_which_twenty_must_be_refused() -> None:
    assert len(ANSWERED) >= 80 and len(REFUSED) >= 20
    asked = [line.split(" | ")[0] for line in ANSWERED + REFUSED]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("line", ANSWERED)
def test_a_question_is_understood_as_expected(line: str) -> None:
    question, _, expected = line.partition(" | ")
    found = parse(question, COMPANY, FRIDAY)
    assert isinstance(found, ParsedQuestion), found
    assert written(found) == expected


@pytest.mark.parametrize("line", REFUSED)
def test_a_question_is_refused_for_what_is_not_understood(line: str) -> None:
    question, _, expected = line.partition(" | ")
    found = parse(question, COMPANY, FRIDAY)
    assert isinstance(found, Unanswered), found
    assert (" ".join(found.unknown) or found.reason) == expected


def test_who_asks_to_delete_is_told_that_nothing_was_done() -> None:
    found = parse("please delete all idle instances", COMPANY, FRIDAY)
    assert isinstance(found, Unanswered)
    assert "nothing was done" in found.reason


def test_a_name_that_is_not_known_is_refused_with_the_nearest_ones() -> None:
    found = parse("cost of cloudfrnt and data-platfrom", COMPANY, FRIDAY)
    assert isinstance(found, Unanswered)
    assert found.nearest == {
        "cloudfrnt": ["Amazon CloudFront"],
        "data-platfrom": ["data-platform"],
    }


def test_an_account_that_is_out_of_sight_is_like_one_that_does_not_exist() -> None:
    hidden, none = (
        parse(f"cost of {name} last month", COMPANY, FRIDAY)
        for name in ("payroll", "paxroll")
    )
    assert isinstance(hidden, Unanswered)
    assert isinstance(none, Unanswered)
    assert hidden.reason.replace("payroll", "") == none.reason.replace("paxroll", "")


@pytest.mark.parametrize("text", ["", "   ", "?!", "\N{PILE OF POO}", "the", "x" * 501])
def test_what_is_no_question_is_refused_in_a_sentence(text: str) -> None:
    found = parse(text, COMPANY, FRIDAY)
    assert isinstance(found, Unanswered)
    assert found.reason.endswith(".")

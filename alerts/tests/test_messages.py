"""What a message says of notices that have one cause."""

import pytest

from alerts.messages import group_of, message_of
from alerts.models import Notice

DENIED = "User: arn:aws:iam::111111111111:user/x may not assume {}. Check its trust."
ROLE = "arn:aws:iam::{}:role/cloudintel"


def notice(number: int, cause: str = "It is denied.", account: int = 0) -> Notice:
    subject = f"Dataset {number} can't be read."
    text = f"{subject} {cause}"
    return Notice(
        pk=number, subject=subject, text=text, cause=cause, account_id=account
    )


def groups(*causes: str) -> int:
    return len({group_of(notice(pk, cause)) for pk, cause in enumerate(causes)})


def test_ids_requests_days_and_numbers_make_no_other_cause() -> None:
    assert groups(*(DENIED.format(ROLE.format(10**11 + n)) for n in range(3))) == 1
    assert groups("x (request 8aff-21be)", "x (request 00cd-4321)") == 1
    assert groups("2026-06-01 sums to 12.5", "2026-06-02 sums to 9.75") == 1
    assert groups("eu-west-1: denied.", "us-east-2: denied.") == 1


def test_with_and_without_a_role_a_cause_is_the_same() -> None:
    assert groups("identity: invalid.", f"identity through {ROLE}: invalid.") == 1


def test_other_words_are_another_cause_and_without_a_cause_each_is_alone() -> None:
    assert groups("It is denied.", "It is throttled.") == 2
    assert groups("", "") == 2


def test_channels_and_severities_are_not_mixed() -> None:
    one, other, third = notice(1), notice(2), notice(3)
    other.channel, third.severity = "webhook", "info"
    assert len({group_of(each) for each in (one, other, third)}) == 3


def test_one_notice_is_sent_as_it_is() -> None:
    message = message_of([notice(1)])
    assert message.subject == "Dataset 1 can't be read."
    assert message.text == "Dataset 1 can't be read. It is denied."


@pytest.mark.parametrize(
    ("accounts", "many"), [(1, "30 notices"), (3, "3 accounts"), (30, "30 accounts")]
)
def test_several_name_their_cause_their_number_and_the_first(
    accounts: int, many: str
) -> None:
    message = message_of([notice(pk, account=pk % accounts) for pk in range(30)])
    assert message.subject == f"{many}, one cause: Dataset 0 can't be read."
    head, blank, *lines = message.text.splitlines()
    assert (head, blank) == (f"{many}, one cause: It is denied.", "")
    assert lines[::19] == ["- Dataset 0 can't be read.", "- Dataset 19 can't be read."]
    assert lines[20:] == ["- and 10 more"]


def test_as_many_as_are_named_have_no_rest() -> None:
    text = message_of([notice(pk) for pk in range(20)]).text
    assert text.splitlines()[-1] == "- Dataset 19 can't be read."

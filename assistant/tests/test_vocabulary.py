"""The names that a question may be about."""

import pytest

from assistant.engine.names import NameKind
from assistant.vocabulary import vocabulary_of
from clouds.testing import aws_account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import tagged
from users.testing import person

pytestmark = pytest.mark.django_db


def test_a_value_of_a_tag_is_one_name_on_however_many_days_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = aws_account(tag_keys=["team"])
    for day in last_complete_days(3, NOW).days():
        for team in ("data", "shop"):
            tagged(owner, day, team, "1")
    monkeypatch.setattr("assistant.vocabulary.LONGEST", 2)
    names = vocabulary_of(person("viewer"), NOW).names
    tags = [one.value for one in names if one.kind == NameKind.TAG]
    assert tags == ["team=data", "team=shop"]

"""The version of stored data, by which answers are cached."""

import pytest
from django.contrib.auth.models import User

from clouds.models import DataVersion
from clouds.testing import account, see_only
from clouds.versions import bump_version, data_version

pytestmark = pytest.mark.django_db


def test_it_is_the_same_whichever_row_was_written_last() -> None:
    user, seen = User.objects.create(username="ada"), account()
    see_only(user, seen)
    for dataset in ("cost", "cpu"):
        bump_version(seen, dataset)
    before = data_version(user, "cost", "cpu")
    # PostgreSQL writes a changed row behind all others.
    DataVersion.objects.filter(dataset="cost").update(dataset="cost")
    assert data_version(user, "cost", "cpu") == before

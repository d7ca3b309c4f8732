"""What a list offers is counted once, and again when resources were synced."""

from collections.abc import Callable
from typing import Any

import pytest

from clouds.testing import account, see_only
from clouds.versions import bump_version
from inventory.kinds import Kind
from inventory.list_options import list_options
from inventory.models import Volume
from inventory.testing import instance, resource
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def test_it_is_counted_again_only_after_a_sync(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    owner, user = account(501), person("viewer")
    instance(owner, "web", tags={"team": "shop"})
    resource(Volume, owner, "vol-1", volume_type="gp3", size_gib=100, tags={})
    first = list_options(user, Kind.VOLUME)
    assert first.states == {"available": 1}
    assert (first.tag_keys, first.tag_values("team")) == ({None: 1}, {})
    assert [(part.label, part.count) for part in first.parts] == [("gp3", 1)]
    resource(Volume, owner, "vol-2", region="eu-north-1", volume_type="gp2")
    with django_assert_num_queries(1):
        again = list_options(user, Kind.VOLUME)
        assert again.tag_values("team") == {}
    assert (again.states, again.parts) == (first.states, first.parts)
    bump_version(owner, "storage")
    after = list_options(user, Kind.VOLUME)
    assert (after.states, after.regions) == (
        {"available": 2},
        ["eu-north-1", "eu-west-1"],
    )
    assert after.tag_values("team") == {"shop": 1}


def test_each_user_is_offered_what_they_may_see() -> None:
    ours, theirs = account(501), account(502)
    instance(ours, "web", tags={"team": "shop"}, instance_type="m6i.large")
    instance(theirs, "job", region="us-east-1", tags={"env": "live"})
    limited, every = person("viewer"), person("operator")
    see_only(limited, ours)
    assert list_options(every, None).tag_keys == {"env": 1, "team": 1}
    found = list_options(limited, Kind.INSTANCE)
    assert (found.regions, found.tag_keys) == (["eu-west-1"], {"team": 1})
    assert found.instance_types == ["m6i.large"]

"""What a page shows and what is told of it are versions of the same rows."""

import pytest

from clouds.models import SharedVersion
from clouds.testing import account, see_only
from clouds.versions import bump_shared_version, bump_version
from live.topics import TOPICS
from live.watch import Scope, StoredVersions, topic_versions
from users.roles import Role
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def looked() -> StoredVersions:
    stored = StoredVersions()
    stored.look()
    return stored


def test_a_look_names_the_accounts_that_changed_since_the_last() -> None:
    first, second = account(1, "first"), account(2, "second")
    bump_version(first, "cost")
    stored = looked()
    assert stored.look() == {}
    bump_version(second, "cost")
    bump_shared_version("anomalies")
    assert stored.look() == {"cost": {second.pk}, "anomalies": frozenset()}
    assert stored.account_ids[second.pk] == f"{2:012}"
    assert stored.look() == {}


def test_an_account_that_is_removed_changes_all_that_it_had() -> None:
    gone = account()
    bump_version(gone, "cost")
    stored = looked()
    key = gone.pk
    gone.delete()
    bump_shared_version(SharedVersion.ACCOUNTS)
    assert stored.look()["cost"] == {key}


def test_the_page_and_the_socket_name_the_same_version_of_all_and_of_some() -> None:
    first, second = account(1, "first"), account(2, "second")
    everybody, limited = person(Role.VIEWER), person(Role.OPERATOR)
    see_only(limited, second)
    seen: dict[tuple[str, Scope], list[str]] = {}
    for changed in (first, second, None):
        bump_version(changed, "cost")
        stored = looked()
        for user, scope in ((everybody, None), (limited, frozenset({second.pk}))):
            versions = topic_versions(user, TOPICS)
            assert versions == {one: stored.version(one, scope) for one in TOPICS}
            seen.setdefault((user.username, scope), []).append(versions["costs"])
    of_all, of_second = seen.values()
    assert len(set(of_all)) == 3
    # What changes of other accounts, or of all together, does not concern them.
    assert len(set(of_second)) == 2
    assert of_second[1] == of_second[2]


@pytest.mark.parametrize("subject", ["instances", "storage", "cpu", "usage"])
def test_resources_are_what_there_is_and_how_it_is_used(subject: str) -> None:
    owner, user = account(), person(Role.VIEWER)
    before = topic_versions(user, ["resources"])
    bump_version(owner, subject)
    assert topic_versions(user, ["resources"]) != before

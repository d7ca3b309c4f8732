"""Pages of resources: all kinds, each section, one of each kind with its history."""

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.registry import CLOUDS, CloudKind
from clouds.testing import account, aws_account
from core.db import keys_first
from core.testing.clock import NOW
from inventory.kinds import Kind
from inventory.models import (
    Address,
    Bucket,
    LoadBalancer,
    Snapshot,
    StateChange,
    Volume,
)
from inventory.testing import instance, one_of_each, resource
from inventory.views import ResourceListView
from providers.base import Provider
from syncs.datasets import Dataset
from syncs.testing import run
from users.testing import person

pytestmark = pytest.mark.django_db
SECTIONS = {
    Kind.VOLUME: "/storage/",
    Kind.SNAPSHOT: "/storage/?kind=snapshot",
    Kind.BUCKET: "/storage/?kind=bucket",
    Kind.DATABASE: "/databases/",
    Kind.ADDRESS: "/network/",
    Kind.NAT_GATEWAY: "/network/?kind=nat-gateway",
    Kind.LOAD_BALANCER: "/network/?kind=load-balancer",
}
PAGES = ["/resources/", *SECTIONS.values()]


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


@pytest.fixture
def owner() -> CloudAccount:
    return account()


def text(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, page: str) -> list[str]:
    return [one.resource_id for one in client.get(page).context["object_list"]]


def test_all_kinds_are_listed_with_their_counts_and_in_few_words(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    page = text(viewer, "/resources/")
    for words in ("1 volume", "gp3, 100 GiB, 3,000 IOPS", "4.0 GiB, 1,200 objects"):
        assert words in page
    assert listed(viewer, "/resources/?kind=bucket") == ["northpeak-assets"]
    assert len(listed(viewer, "/resources/?search=i-web")) == 1


def test_what_can_be_attached_is_filtered_by_whether_it_is(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    filtered = [page for page in PAGES if 'name="attached"' in text(viewer, page)]
    assert filtered == ["/storage/", "/network/"]


def test_deleted_copies_of_a_disk_are_not_named_beside_it(owner: CloudAccount) -> None:
    resource(Snapshot, owner, "snap-1", source_id="vol-1")
    resource(Snapshot, owner, "snap-2", source_id="vol-1", gone_since=NOW)
    named = Snapshot.objects.naming(owner.pk, "vol-1")
    assert [one.resource_id for one in named] == ["snap-1"]


def test_states_as_frequent_are_in_their_order(owner: CloudAccount) -> None:
    for state in ("in-use", "available", "deleting", "deleting"):
        resource(Volume, owner, f"vol-{Volume.objects.count()}", state=state)
    states = [*Volume.objects.all().count_per_state()]
    assert states == ["deleting", "available", "in-use"]


def test_an_arn_is_listed_without_its_account_and_memory_in_gib(
    viewer: Client, owner: CloudAccount
) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/50dc6c49"
    resource(LoadBalancer, owner, arn, name="web")
    instance(owner, "small", vcpus=1, memory_mib=512)
    page = text(viewer, "/resources/")
    assert '<span class="under">loadbalancer/app/web/50dc6c49</span>' in page
    assert "1 vCPU, 0.5 GiB" in page
    assert arn in text(viewer, LoadBalancer.objects.get().get_absolute_url())


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_section_lists_its_kind_and_links_to_each_with_its_history(
    viewer: Client, owner: CloudAccount, kind: Kind
) -> None:
    one = one_of_each(owner)[kind]
    StateChange.objects.create(
        resource=one, at=NOW, field="state", old_value="", new_value=one.state
    )
    assert listed(viewer, SECTIONS[kind]) == [one.resource_id]
    address = one.get_absolute_url()
    assert f'href="{address}"' in text(viewer, SECTIONS[kind])
    page = text(viewer, address)
    for words in (one.resource_id, "Change history", "first seen", "team"):
        assert words in page


def test_what_a_volume_is_attached_to_is_a_link_and_a_loose_one_is_marked(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    resource(Volume, owner, "vol-loose")
    machine = owner.resources.get(kind=Kind.INSTANCE).get_absolute_url()
    page = text(viewer, "/storage/")
    assert f'<a href="{machine}">web</a>' in page
    assert page.count(">unattached<") == 1
    assert listed(viewer, "/storage/?attached=false") == ["vol-loose"]
    assert ">unattached<" in text(
        viewer, Volume.objects.get(name="vol-loose").get_absolute_url()
    )


def test_a_snapshot_links_to_its_disk_and_one_of_no_disk_is_not_unattached(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    resource(Snapshot, owner, "snap-gone", source_id="vol-gone", source_exists=False)
    resource(Snapshot, owner, "snap-copy")
    disk = Volume.objects.get().get_absolute_url()
    page = text(viewer, SECTIONS[Kind.SNAPSHOT])
    assert f'<a href="{disk}">vol-1</a>' in page
    assert '<span class="code" title="vol-gone">vol-gone</span>' in page
    assert "unattached" not in page
    detail = text(viewer, Snapshot.objects.get(name="snap-1").get_absolute_url())
    assert f'<dt>Source disk</dt><dd>\n<a href="{disk}">vol-1</a>' in detail


def test_an_instance_names_the_disks_and_addresses_that_are_attached_to_it(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    other = instance(account(2, "other"), "web")
    page = text(viewer, owner.resources.get(kind=Kind.INSTANCE).get_absolute_url())
    for model in (Volume, Address):
        assert f'href="{model._default_manager.get().get_absolute_url()}"' in page
    assert "vol-1" not in text(viewer, other.get_absolute_url())


def test_a_disk_names_its_snapshots(viewer: Client, owner: CloudAccount) -> None:
    one_of_each(owner)
    copy = Snapshot.objects.get(name="snap-1")
    page = text(viewer, Volume.objects.get().get_absolute_url())
    assert f'href="{copy.get_absolute_url()}"' in page


def test_bytes_are_summed_by_tier_over_what_is_present(
    viewer: Client, owner: CloudAccount
) -> None:
    tiers = {"Standard": 1024**3, "Glacier": 3 * 1024**3}
    resource(Bucket, owner, "one", bytes_by_tier=tiers)
    resource(Bucket, owner, "two", bytes_by_tier={"Standard": 1024**3})
    resource(Bucket, owner, "unknown")
    resource(Bucket, owner, "gone", bytes_by_tier=tiers, gone_since=NOW)
    parts = viewer.get("/storage/?kind=bucket").context["breakdown"]
    assert [(one.label, one.size_bytes, one.count) for one in parts] == [
        ("Glacier", 3 * 1024**3, 1),
        ("Standard", 2 * 1024**3, 2),
    ]


def test_volumes_are_listed_by_region_and_then_by_name(
    viewer: Client, owner: CloudAccount
) -> None:
    for name, region in (("b", "eu-west-1"), ("a", "us-east-1"), ("c", "eu-west-1")):
        resource(Volume, owner, name, region=region)
    assert listed(viewer, "/storage/") == ["b", "c", "a"]


def test_each_page_of_a_filtered_list_goes_on_where_the_one_before_ends(
    viewer: Client, owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ResourceListView, "paginate_by", 2)
    names = [f"vol-{number}" for number in range(7)]
    for name in names:
        resource(Volume, owner, name, name=name)
    resource(Volume, owner, "vol-other", name="vol-x", region="us-east-1")
    # All keys at once, those of two pages, and of each page its own.
    for most in (7, 5, 0):
        monkeypatch.setattr(keys_first, "MOST_KEYS", most)
        pages = [f"/storage/?region=eu-west-1&page={one}" for one in range(1, 5)]
        assert sum((listed(viewer, page) for page in pages), []) == names
        answer = viewer.get("/storage/?region=eu-west-1&page=99")
        assert answer.context["paginator"].count == 7
        for past in (99, 0):
            address = f"/storage/?region=eu-west-1&page={past}"
            assert listed(viewer, address) == names[-1:]


def test_a_size_that_is_not_known_is_no_zero_and_comes_last(
    viewer: Client, owner: CloudAccount
) -> None:
    for name, size in (("small", 1), ("large", 100), ("unknown", None)):
        resource(Volume, owner, name, size_gib=size)
    assert listed(viewer, "/storage/?ordering=size_gib") == [
        "small",
        "large",
        "unknown",
    ]
    assert listed(viewer, "/storage/?ordering=-size_gib") == [
        "large",
        "small",
        "unknown",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_the_file_holds_what_the_page_lists(
    viewer: Client, owner: CloudAccount, page: str
) -> None:
    one_of_each(owner)
    joint = "&" if "?" in page else "?"
    answer = viewer.get(f"{page}{joint}region=eu-west-1&search=&page=1")
    file = viewer.get(f"{answer.context['files']}&format=csv")
    lines = file.getvalue().decode().splitlines()
    assert len(lines) == 1 + len(answer.context["object_list"])


def test_a_page_says_which_accounts_are_not_read_yet(
    viewer: Client, owner: CloudAccount
) -> None:
    account(2, "spare")
    run(owner, Dataset.STORAGE, NOW)
    page = text(viewer, "/storage/")
    assert "production: not read yet" not in page
    assert "spare: not read yet" in page
    assert "manage.py sync_storage" in page


def test_a_page_says_what_a_cloud_does_not_offer(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = replace(CLOUDS[CloudKind.DEMO], provider=Provider)
    monkeypatch.setitem(CLOUDS, CloudKind.DEMO, cloud)
    aws_account(provider=CloudKind.DEMO, name="small")
    assert "small: not offered by Demo AWS." in text(viewer, "/databases/")


def test_a_wrong_filter_is_refused_with_a_sentence(
    viewer: Client, owner: CloudAccount
) -> None:
    one_of_each(owner)
    page = text(viewer, "/storage/?attached=maybe")
    assert "Use true or false" in page
    assert "No resource matches" in text(viewer, "/databases/?search=nothing")


def test_a_page_that_is_not_there_is_not_found(
    viewer: Client, owner: CloudAccount
) -> None:
    made = one_of_each(owner)
    assert viewer.get(f"/resources/volume/{made[Kind.BUCKET].pk}/").status_code == 404
    assert viewer.get(f"/resources/volume/{10**30}/").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_as_many_queries_for_many_as_for_one(
    viewer: Client,
    owner: CloudAccount,
    page: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    one_of_each(owner)
    for number in range(20):
        resource(Volume, owner, f"vol-x{number}", attached_to="i-web")
        resource(Address, owner, f"eip-{number}", attached_to="i-web")
    # session, user, permissions (2), frame (2), footer; accounts, count, rows, what
    # they are attached to, whose they are; counts of kinds; states, regions, groups,
    # tags; breakdown, read accounts; CPU and use of databases; versions; list prices,
    # instances and their prices, the bill, recommendations.
    with django_assert_max_num_queries(32):
        viewer.get(page)
